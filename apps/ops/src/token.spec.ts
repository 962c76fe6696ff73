import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createSecrets } from '#embedded';
import { tokenCommand } from './token.js';

describe('ops token', () => {
  const key = process.env['AUTH_SIGNING_KEY'];
  beforeEach(async () => {
    process.env['AUTH_SIGNING_KEY'] = JSON.stringify((await createSecrets()).signingKey);
  });
  afterEach(() => {
    if (key === undefined) delete process.env['AUTH_SIGNING_KEY'];
    else process.env['AUTH_SIGNING_KEY'] = key;
    jest.restoreAllMocks();
  });

  const claimsOf = async (...args: string[]) => {
    const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await tokenCommand().parseAsync(args, { from: 'user' });
    return decodeJwt(String(printed.mock.calls[0]![0]));
  };

  it('issues tokens for staff', async () => {
    const claims = await claimsOf('--role', 'editor', 'sales', '--subject', 'lia');
    expect(claims).toMatchObject({ sub: 'lia', roles: ['editor', 'sales'], iss: 'newsroom' });
    expect(claims['subscriber']).toBeUndefined();
  });

  it('issues a token for a subscriber only with the role reader', async () => {
    const claims = await claimsOf('--role', 'reader', '--subscriber');
    expect(claims).toMatchObject({ roles: ['reader'], subscriber: true });
    await expect(claimsOf('--role', 'editor', '--subscriber')).rejects.toThrow(
      '--subscriber needs --role reader.',
    );
  });
});
