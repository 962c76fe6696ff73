import { HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { problemOf } from './problem.js';
import { Refused } from './refused.js';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('the answer to an error', () => {
  it.each([
    ['a refusal', new Refused('poll.closed', 409, 'Closed.'), 409, 'poll.closed'],
    ['an unknown route', new NotFoundException('Cannot GET /x'), 404, 'route.unknown'],
    [
      'a body that is too large',
      Object.assign(new Error('x'), { statusCode: 413 }),
      413,
      'request.too-large',
    ],
    [
      'an unavailable database',
      withCode('connect ECONNREFUSED secret-host', 'ECONNREFUSED'),
      503,
      'service.unavailable',
    ],
    ['a deadlock', withCode('deadlock detected in secret_table', '40P01'), 503, 'service.unavailable'],
    ['an unavailable part', new HttpException('secret', 503), 503, 'service.unavailable'],
    ['a bug', new TypeError('secret is undefined'), 500, 'internal'],
    ['a thrown string', 'secret', 500, 'internal'],
  ])('has the status and code of %s, and reveals nothing internal', (_what, error, status, code) => {
    const problem = problemOf(error);
    expect(problem).toMatchObject({ status, code, type: `/problems/${code}` });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('contains the details of a refusal', () => {
    expect(problemOf(new Refused('x.y', 422, 'No.', { most: 3 }))).toMatchObject({ most: 3 });
  });
});
