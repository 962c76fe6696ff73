import { describe, expect, it } from '@jest/globals';
import { failureKind, isTransient } from './failure-kind.js';

const sqlError = (code: string) => Object.assign(new Error('the server said no'), { code });

describe('the kind of a failure', () => {
  it.each([
    ['a lost connection', sqlError('08006')],
    ['a deadlock', sqlError('40P01')],
    ['a lock timeout', sqlError('55P03')],
    ['a server that shuts down', sqlError('57P01')],
    ['a full disk', sqlError('53100')],
    ['a transaction that the server ended because it was idle', sqlError('25P03')],
    ['a refused connection', Object.assign(new Error('no'), { code: 'ECONNREFUSED' })],
    [
      'the error of TypeORM after a cut connection',
      Object.assign(new Error('x'), { name: 'QueryRunnerProviderAlreadyReleasedError' }),
    ],
  ])('is transient for %s', (_what, error) => {
    expect(failureKind(error)).toBe('transient');
  });

  it.each([
    ['a missing table', '42P01'],
    ['a missing column', '42703'],
    ['a missing function', '42883'],
    ['a missing schema', '3F000'],
    ['a missing database', '3D000'],
    ['a missing permission', '42501'],
    ['a wrong password', '28P01'],
    ['a plan that is stale after a migration', '0A000'],
  ])('is operational for %s', (_what, code) => {
    expect(failureKind(sqlError(code))).toBe('operational');
  });

  it.each([
    ['a bug', new TypeError('undefined is not a function')],
    ['a broken constraint', sqlError('23505')],
    ['a statement that took too long', sqlError('57014')],
    ['a thrown string', 'a string'],
  ])('is permanent for %s', (_what, error) => {
    expect(failureKind(error)).toBe('permanent');
  });

  it('is found through the wrappers of other libraries', () => {
    const wrapped = new Error('outer', {
      cause: Object.assign(new Error('inner'), { driverError: sqlError('42P01') }),
    });
    expect(failureKind(wrapped)).toBe('operational');
    expect(failureKind(new AggregateError([new Error('first'), sqlError('08006')]))).toBe('transient');
  });

  it('lets a caller retry after a statement that took too long', () => {
    expect(isTransient(sqlError('57014'))).toBe(true);
  });
});
