import { describe, expect, it } from '@jest/globals';
import { Auditor, type Audit } from './audit.js';

const auditOf = (versions: number[], newest: number): Audit => {
  const auditor = new Auditor();
  for (const version of versions) auditor.see('key', version);
  return auditor.audit(new Map([['key', newest]]));
};

const clean = { lost: 0, repeated: 0, outOfOrder: 0, staleAtTheEnd: 0 };

describe('an audit', () => {
  it('finds nothing in versions that came once and in order', () => {
    expect(auditOf([1, 2, 3], 3)).toEqual({ events: 3, ...clean });
  });

  it('finds what never came, at the end and in between', () => {
    expect(auditOf([1, 3], 4)).toEqual({ events: 4, ...clean, lost: 2, staleAtTheEnd: 1 });
  });

  it('tells a repetition from a first arrival that is late', () => {
    expect(auditOf([1, 2, 1, 2, 3], 3)).toEqual({ events: 3, ...clean, repeated: 2 });
    expect(auditOf([1, 3, 2], 3)).toEqual({ events: 3, ...clean, outOfOrder: 1, staleAtTheEnd: 1 });
  });

  it('finds a key that ends in its past', () => {
    expect(auditOf([1, 2, 3, 2], 3)).toEqual({ events: 3, ...clean, repeated: 1, staleAtTheEnd: 1 });
  });

  it('finds a key that never came', () => {
    expect(new Auditor().audit(new Map([['key', 2]]))).toEqual({
      events: 2,
      ...clean,
      lost: 2,
      staleAtTheEnd: 1,
    });
  });
});
