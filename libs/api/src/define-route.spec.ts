import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineRoute, type RequestOf, type ResultOf, type RouteContract } from './define-route.js';

const aRoute = (overrides: Partial<RouteContract> = {}) =>
  ({
    method: 'GET',
    path: '/v1/things/{id}',
    summary: 'One thing.',
    audience: ['anyone'],
    params: z.object({ id: z.uuid() }),
    response: z.object({ name: z.string() }),
    ...overrides,
  }) satisfies RouteContract;

describe('defineRoute', () => {
  it('refuses a second route with the same method and path, whatever the parameter is called', () => {
    defineRoute(aRoute());
    expect(() => defineRoute(aRoute())).toThrow('GET /v1/things/{} is declared twice');
    expect(() =>
      defineRoute(aRoute({ path: '/v1/things/{slug}', params: z.object({ slug: z.string() }) })),
    ).toThrow('declared twice');
    expect(() => defineRoute(aRoute({ method: 'DELETE' }))).not.toThrow();
  });

  it('refuses a path whose parameters differ from `params`', () => {
    expect(() => defineRoute(aRoute({ path: '/v1/others/{slug}' }))).toThrow(
      'its path has the parameters {slug}, but params declares {id}',
    );
    expect(() => defineRoute(aRoute({ path: '/v1/others/{id}', params: undefined }))).toThrow('declares {}');
  });

  it('provides the types of handlers and clients', () => {
    const route = defineRoute({
      method: 'POST',
      path: '/v1/typed/{id}',
      summary: 'Typed.',
      audience: ['editor'],
      params: z.object({ id: z.string() }),
      query: z.object({ limit: z.coerce.number<number | string>().default(20) }),
      ifMatch: 'required',
      idempotencyKey: true,
      response: z.object({ name: z.string() }),
    });
    const request: RequestOf<typeof route> = {
      params: { id: 'a' },
      query: { limit: 3 },
      ifMatch: 1,
      idempotencyKey: undefined,
    };
    const result: ResultOf<typeof route> = { name: 'n' };
    // @ts-expect-error the version is required
    const without: RequestOf<typeof route> = {
      params: { id: 'a' },
      query: { limit: 3 },
      idempotencyKey: 'k',
    };
    expect([request, result, without]).toHaveLength(3);
  });

  it('rejects unknown members of a contract at compile time', () => {
    // @ts-expect-error a misspelt member
    const route = defineRoute({ ...aRoute({ path: '/v1/misspelt/{id}' }), ifmatch: 'required' });
    expect(route).toBeDefined();
  });
});
