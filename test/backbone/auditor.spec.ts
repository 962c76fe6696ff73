import { describe, expect, it } from '@jest/globals';
import { Auditor, type Audit } from './auditor.js';

const auditOf = (versions: number[], newest: number): Audit => {
  const auditor = new Auditor();
  for (const version of versions) auditor.see('key', version);
  return auditor.audit(new Map([['key', newest]]));
};

const clean = { lost: 0, repeated: 0, outOfOrder: 0, staleAtTheEnd: 0 };

describe('an audit', () => {
  it('finds nothing wrong when each version is seen once and in order', () => {
    expect(auditOf([1, 2, 3], 3)).toEqual({ events: 3, ...clean });
  });

  it('finds versions that were never seen, in the middle and at the end', () => {
    expect(auditOf([1, 3], 4)).toEqual({ events: 4, ...clean, lost: 2, staleAtTheEnd: 1 });
  });

  it('distinguishes a repeated version from one that arrives late', () => {
    expect(auditOf([1, 2, 1, 2, 3], 3)).toEqual({ events: 3, ...clean, repeated: 2 });
    expect(auditOf([1, 3, 2], 3)).toEqual({ events: 3, ...clean, outOfOrder: 1, staleAtTheEnd: 1 });
  });

  it('finds a key whose last version is not its newest', () => {
    expect(auditOf([1, 2, 3, 2], 3)).toEqual({ events: 3, ...clean, repeated: 1, staleAtTheEnd: 1 });
  });

  it('finds a key that was never seen', () => {
    expect(new Auditor().audit(new Map([['key', 2]]))).toEqual({
      events: 2,
      ...clean,
      lost: 2,
      staleAtTheEnd: 1,
    });
  });
});
