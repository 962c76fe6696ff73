import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecrets, issueToken } from '#embedded';
import {
  createLogger,
  currentRequest,
  readConfig,
  serverSettings,
  withRequest,
  type Caller,
} from '#platform';
import { declareAudience, type Audience } from './audience.js';
import { AudienceGuard } from './audience.guard.js';
import { AnyoneOrSubscribers, ForAnyoneOrSubscribers } from './audiences/anyone-or-subscribers.js';
import { Anyone, ForAnyone } from './audiences/anyone.js';
import { ForRoles, PeopleWithRoles } from './audiences/people-with-roles.js';
import { ForReaders, Readers } from './audiences/readers.js';
import { BearerTokens } from './bearer-tokens.js';
import { ReaderTokens } from './reader-tokens.js';

@Injectable()
class Strangers implements Audience<undefined> {
  recognize(): Caller {
    return {};
  }
}

class Routes {
  undeclared(): void {}

  @declareAudience(Strangers, undefined)
  unlisted(): void {}

  @ForAnyone()
  anyone(): void {}

  @ForAnyoneOrSubscribers()
  anyoneOrSubscribers(): void {}

  @ForReaders()
  readers(): void {}

  @ForRoles('editor', 'moderator')
  staff(): void {}
}

@ForAnyone()
class OpenRoutes {
  inherited(): void {}

  @ForRoles('editor')
  narrowed(): void {}
}

const log = createLogger('test', 'silent');
const readerTokens = new ReaderTokens('a key of 32 characters or more...');

describe('the audience guard', () => {
  let guard: AudienceGuard;
  let bearer: Record<'editor' | 'sales' | 'subscriber', { authorization: string }>;

  beforeAll(async () => {
    const { signingKey, jwks } = await createSecrets();
    const env = { AUTH_JWKS: JSON.stringify(jwks) };
    const bearerTokens = new BearerTokens(readConfig(serverSettings('test', 0), env), log);
    const audiences = [
      new Anyone(),
      new AnyoneOrSubscribers(bearerTokens),
      new Readers(readerTokens),
      new PeopleWithRoles(bearerTokens),
    ];
    guard = new AudienceGuard(new Reflector(), audiences, log);
    const tokenOf = async (subject: string, role: 'editor' | 'sales' | 'reader') => ({
      authorization: `Bearer ${await issueToken(signingKey, { subject, roles: [role], subscriber: true, hours: 1 })}`,
    });
    bearer = {
      editor: await tokenOf('lia', 'editor'),
      sales: await tokenOf('max', 'sales'),
      subscriber: await tokenOf('ida', 'reader'),
    };
  });

  /** Sends a request to a route. @returns what the guard found out about its caller. */
  const enter = (
    controller: new () => object,
    route: string,
    headers: Record<string, string> = {},
  ): Promise<Caller> => {
    const context = {
      getType: () => 'http',
      getClass: () => controller,
      getHandler: () => controller.prototype[route],
      switchToHttp: () => ({ getRequest: () => ({ headers, routeOptions: { url: `/${route}` } }) }),
    } as unknown as ExecutionContext;
    return withRequest({ traceparent: undefined, clientAddress: '192.0.2.7' }, async () => {
      expect(await guard.canActivate(context)).toBe(true);
      return currentRequest()!.caller;
    });
  };

  it.each(['undeclared', 'unlisted'])('refuses a route whose audience is %s', async (route) => {
    await expect(enter(Routes, route, bearer.editor)).rejects.toMatchObject({ code: 'audience.undeclared' });
  });

  it('lets anyone into a route for anyone, whatever token they send', async () => {
    expect(await enter(Routes, 'anyone', bearer.editor)).toEqual({});
    expect(await enter(Routes, 'anyone', { authorization: 'Bearer rubbish' })).toEqual({});
  });

  it('applies the audience of a controller to its routes, unless a route has its own', async () => {
    expect(await enter(OpenRoutes, 'inherited')).toEqual({});
    await expect(enter(OpenRoutes, 'narrowed')).rejects.toMatchObject({ code: 'auth.required' });
  });

  it('lets people with one of the roles in, and refuses others with the names of the roles', async () => {
    expect(await enter(Routes, 'staff', bearer.editor)).toMatchObject({ actor: { id: 'lia' } });
    await expect(enter(Routes, 'staff', bearer.sales)).rejects.toMatchObject({
      code: 'auth.forbidden',
      status: 403,
      details: { detail: 'This needs one of the roles editor, moderator.' },
    });
  });

  it.each<Record<string, string>>([
    {},
    { authorization: 'Bearer rubbish' },
    { authorization: 'Basic bGlhOng=' },
  ])('refuses a route for roles without a valid token: %j', async (headers) => {
    await expect(enter(Routes, 'staff', headers)).rejects.toMatchObject({ code: 'auth.required' });
  });

  it('recognizes subscribers where a token is optional, and refuses an invalid token there', async () => {
    const route = 'anyoneOrSubscribers';
    expect(await enter(Routes, route)).toEqual({});
    expect(await enter(Routes, route, { authorization: 'Basic bGlhOng=' })).toEqual({});
    expect(await enter(Routes, route, bearer.subscriber)).toMatchObject({ actor: { isSubscriber: true } });
    await expect(enter(Routes, route, { authorization: 'Bearer rubbish' })).rejects.toMatchObject({
      code: 'auth.required',
    });
  });

  it('recognizes a reader by the token that the gateway issued', async () => {
    const token = readerTokens.issue();
    expect(await enter(Routes, 'readers', { 'x-reader': token })).toEqual({ readerId: token.split('.')[0] });
  });

  it.each<Record<string, string>>([{}, { 'x-reader': 'r1.forged' }])(
    'refuses a reader without a valid token: %j',
    async (headers) => {
      await expect(enter(Routes, 'readers', headers)).rejects.toMatchObject({ code: 'reader.unknown' });
    },
  );

  it('lets messages through without an audience', async () => {
    const message = { getType: () => 'rpc' } as unknown as ExecutionContext;
    expect(await guard.canActivate(message)).toBe(true);
  });
});
