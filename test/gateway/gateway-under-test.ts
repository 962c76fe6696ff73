import { request as httpRequest, type ClientRequest } from 'node:http';
import { startService } from '#bootstrap';
import type { Role } from '#platform';
import { testAuth } from '#testing';
import { gatewayApp } from '../../apps/gateway/src/service.js';
import type { FakeService } from './fake-service.js';

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** The addresses of services, all the same one unless they are named. */
export const upstreams = (all: FakeService, services: Partial<Record<string, string>> = {}) => ({
  ARTICLES_URL: services['articles'] ?? all.url,
  COMMENTS_URL: services['comments'] ?? all.url,
  POLLS_URL: services['polls'] ?? all.url,
  RECOMMENDATIONS_URL: services['recommendations'] ?? all.url,
});

/** The gateway in this process. */
export class GatewayUnderTest {
  private constructor(
    readonly url: string,
    /** Where its health and metrics are. */
    readonly operationsUrl: string,
    private readonly auth: Awaited<ReturnType<typeof testAuth>>,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(env: NodeJS.ProcessEnv, auth?: Awaited<ReturnType<typeof testAuth>>) {
    const keys = auth ?? (await testAuth());
    const service = await startService(gatewayApp, {
      env: { LOG_LEVEL: 'silent', GATEWAY_PORT: '0', OPERATIONS_PORT: '0', ...keys.env, ...env },
    });
    return new GatewayUnderTest(service.url, service.operationsUrl, keys, () => service.stop());
  }

  async call(
    method: string,
    path: string,
    { role, body, headers }: { role?: Role; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<GatewayAnswer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        ...(role && { authorization: `Bearer ${await this.auth.token(role)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const { status } = response;
    return { status, headers: response.headers, text, body: isJson && text ? JSON.parse(text) : {} };
  }

  get(path: string): Promise<GatewayAnswer> {
    return this.call('GET', path);
  }

  /** Sends a request whose client can go away: `destroy()`. */
  async depart(method: string, path: string, role?: Role): Promise<ClientRequest> {
    const authorization = role && `Bearer ${await this.auth.token(role)}`;
    const request = httpRequest(this.url + path, {
      method,
      agent: false,
      headers: { ...(authorization && { authorization }) },
    });
    request.on('error', () => undefined).end();
    return request;
  }
}
