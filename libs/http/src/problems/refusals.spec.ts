import { describe, expect, it } from '@jest/globals';
import { declaredCodes, refusals } from './refusals.js';

describe('refusals', () => {
  const refuse = refusals({ 'ferry.full': [409, 'The ferry is full.'] });

  it('have the status and title that were declared for their code', () => {
    expect(refuse('ferry.full', { seats: 0 })).toMatchObject({
      code: 'ferry.full',
      status: 409,
      title: 'The ferry is full.',
      details: { seats: 0 },
    });
  });

  it('include the common codes', () => {
    expect(refuse('route.unknown')).toMatchObject({ status: 404 });
  });

  it.each(['ferry.full', 'route.unknown'])('cannot be declared twice for a code: %s', (code) => {
    expect(() => refusals({ [code]: [404, 'Again.'] })).toThrow(
      `The problem code ${code} is declared twice.`,
    );
  });

  it('list every declared code', () => {
    expect(declaredCodes()).toContain('ferry.full');
    expect(declaredCodes()).toContain('internal');
  });
});
