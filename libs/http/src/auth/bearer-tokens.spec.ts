import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT, importJWK } from 'jose';
import { createSecrets, issueToken, type Secrets } from '#embedded';
import { readConfig, serverSettings, createLogger } from '#platform';
import { waitUntil } from '#testing';
import { BearerTokens } from './bearer-tokens.js';
import { IssuerKeys } from './issuer-keys.js';

const log = createLogger('test', 'silent');
const settings = serverSettings('test', 0);
const tokensWith = (env: Record<string, string>) => new BearerTokens(readConfig(settings, env), log);

const tokenOf = ({ signingKey }: Secrets) =>
  issueToken(signingKey, { subject: 'lia', roles: ['editor'], hours: 1 });

describe('a token', () => {
  let secrets: Secrets;
  beforeEach(async () => {
    secrets = await createSecrets();
  });

  const actorOf = async (claims: Record<string, unknown>, env: Record<string, string> = {}) => {
    const { signingKey, jwks } = secrets;
    const token = await new SignJWT({ sub: 'lia', iss: 'newsroom', aud: 'newsroom', ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: signingKey.kid })
      .setExpirationTime('1h')
      .sign(await importJWK(signingKey, 'EdDSA'));
    return tokensWith({ AUTH_JWKS: JSON.stringify(jwks), ...env }).verify(`Bearer ${token}`);
  };

  it.each([
    ['roles', { roles: ['editor', 'gardener'] }],
    ['realm_access.roles', { realm_access: { roles: ['editor'] } }],
    ['resource_access.my\\.client.roles', { resource_access: { 'my.client': { roles: ['editor'] } } }],
    ['https://example.ch/roles', { 'https://example.ch/roles': ['editor'] }],
    ['scope', { scope: 'openid editor' }],
  ])('has its roles in the claim that AUTH_ROLES_CLAIM names: %s', async (AUTH_ROLES_CLAIM, claims) => {
    expect((await actorOf(claims, { AUTH_ROLES_CLAIM })).roles).toEqual(['editor']);
  });

  it.each([{}, { roles: 'gardener' }, { roles: { editor: true } }, { realm_access: null }])(
    'gives no rights without roles in that claim: %j',
    async (claims) => {
      expect((await actorOf(claims)).roles).toEqual([]);
    },
  );

  it.each([
    [true, { roles: ['reader'], subscriber: true }],
    [false, { roles: ['reader'], subscriber: 'true' }],
    [false, { roles: ['editor'], subscriber: true }],
    [false, { roles: ['reader'] }],
  ])('belongs to a subscriber: %s with %j', async (isSubscriber, claims) => {
    expect((await actorOf(claims)).isSubscriber).toBe(isSubscriber);
  });

  it('names subscribers in the claim of AUTH_SUBSCRIBER_CLAIM', async () => {
    const claims = { roles: ['reader'], 'https://example.ch/abo': true };
    const env = { AUTH_SUBSCRIBER_CLAIM: 'https://example.ch/abo' };
    expect((await actorOf(claims, env)).isSubscriber).toBe(true);
  });

  it.each([{ sub: 'a\u0000b' }, { name: 'Lia\u0000' }, { name: '\ud800' }])(
    'is refused when the database cannot store its name: %j',
    async (claims) => {
      await expect(actorOf({ roles: ['editor'], ...claims })).rejects.toMatchObject({ status: 401 });
    },
  );
});

describe('the settings of tokens', () => {
  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  it('must name keys in production', () => {
    expect(readConfig(settings, {}).authKeys).toBeUndefined();
    process.env['NODE_ENV'] = 'production';
    expect(() => readConfig(settings, {})).toThrow(
      "AUTH_JWKS_URL is not set. Allowed: the http(s) address of the token issuer's key set, or in AUTH_JWKS",
    );
  });

  it.each([
    ['AUTH_JWKS', '{"keys":[]}'],
    ['AUTH_JWKS', 'not JSON'],
    ['AUTH_JWKS_URL', 'ftp://keys.example/'],
    ['AUTH_ROLES_CLAIM', 'realm_access..roles'],
  ])('refuse %s=%s', (variable, value) => {
    expect(() => readConfig(settings, { [variable]: value })).toThrow(`${variable} is `);
  });
});

describe('the keys of an issuer', () => {
  let secrets: Secrets;
  let issuer: Server;
  let url: string;
  let answer: RequestListener;
  let requests: number;

  const keySet =
    (...all: Secrets[]): RequestListener =>
    (_request, response) =>
      void response.end(JSON.stringify({ keys: all.flatMap(({ jwks }) => jwks.keys) }));

  beforeEach(async () => {
    secrets = await createSecrets();
    requests = 0;
    answer = keySet(secrets);
    issuer = createServer((request, response) => {
      requests++;
      answer(request, response);
    });
    await new Promise<void>((listening) => issuer.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    issuer.closeAllConnections();
    await new Promise((closed) => issuer.close(closed));
  });

  const failures: [string, RequestListener][] = [
    ['answers 500', (_request, response) => void response.writeHead(500).end('{"keys":[]}')],
    ['answers with a page', (_request, response) => void response.end('<h1>Wartung</h1>')],
    ['answers with JSON that is not a key set', (_request, response) => void response.end('{"error":1}')],
    ['redirects', (_request, response) => void response.writeHead(302, { location: '/login' }).end()],
    ['closes the connection', (request) => void request.socket.destroy()],
    [
      'stops in the middle',
      (request, response) => {
        response.writeHead(200, { 'content-length': 99 }).write('{', () => request.socket.destroy());
      },
    ],
  ];

  it.each(failures)('are unavailable, with a time to retry, while it %s', async (_how, failure) => {
    answer = failure;
    await expect(
      tokensWith({ AUTH_JWKS_URL: url }).verify(`Bearer ${await tokenOf(secrets)}`),
    ).rejects.toMatchObject({ code: 'auth.unavailable', status: 503, details: { retryAfter: 10 } });
  });

  it('are unavailable while nothing listens at their address', async () => {
    const tokens = tokensWith({ AUTH_JWKS_URL: 'http://127.0.0.1:1/' });
    await expect(tokens.verify(`Bearer ${await tokenOf(secrets)}`)).rejects.toMatchObject({ status: 503 });
  });

  it('refuse a token that another key has signed, and are not fetched again for it within ten seconds', async () => {
    const tokens = tokensWith({ AUTH_JWKS_URL: url });
    const foreign = await tokenOf(await createSecrets());
    for (let i = 0; i < 3; i++) {
      await expect(tokens.verify(`Bearer ${foreign}`)).rejects.toMatchObject({ status: 401 });
    }
    expect(requests).toBe(1);
  });

  describe('as time goes by', () => {
    const MINUTE = 60_000;
    const HOUR = 60 * MINUTE;
    let now: number;
    let keys: IssuerKeys;
    let failed: number;
    beforeEach(() => {
      now = 0;
      failed = 0;
      keys = new IssuerKeys(
        url,
        () => failed++,
        () => now,
      );
    });
    const find = ({ signingKey }: Secrets = secrets) =>
      keys.keyFor({ alg: 'EdDSA', kid: signingKey.kid! }, { payload: '', signature: '' });

    it('are fetched every ten minutes, once for many requests', async () => {
      await Promise.all([find(), find(), find()]);
      now = 9 * MINUTE;
      await find();
      expect(requests).toBe(1);
      now = 11 * MINUTE;
      await Promise.all([find(), find(), find()]);
      expect(requests).toBe(2);
    });

    it('include a new key of the issuer as soon as a token is signed with it', async () => {
      await find();
      const next = await createSecrets();
      answer = keySet(secrets, next);
      now = 11_000;
      await find(next);
      expect(requests).toBe(2);
    });

    it('do not include a key that the issuer has withdrawn', async () => {
      await find();
      answer = keySet(await createSecrets());
      now = 11 * MINUTE;
      await expect(find()).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    });

    it('are used without a long wait while the issuer hangs, and replaced when it answers late', async () => {
      await find();
      const next = await createSecrets();
      let late: (() => void) | undefined;
      answer = (request, response) => void (late = () => keySet(next)(request, response));
      now = 11 * MINUTE;
      const asked = performance.now();
      await find();
      expect(performance.now() - asked).toBeLessThan(1_500);
      late!();
      await waitUntil(async () => {
        const [found] = await Promise.allSettled([find(next)]);
        return found.status === 'fulfilled';
      });
      await expect(find()).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    });

    it('are kept for a day while the issuer fails, and are fetched at most every ten seconds', async () => {
      await find();
      answer = failures[0]![1];
      now = 23 * HOUR;
      for (let i = 0; i < 5; i++) await find();
      expect([requests, failed]).toEqual([2, 1]);
      await expect(find(await createSecrets())).rejects.toMatchObject({ name: 'KeysUnavailable' });
      now = 25 * HOUR;
      await expect(find()).rejects.toMatchObject({ name: 'KeysUnavailable' });
      answer = keySet(secrets);
      now += 11_000;
      await find();
    });
  });
});
