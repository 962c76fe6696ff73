import { request as httpRequest, type ClientRequest } from 'node:http';
import { startService } from '#bootstrap';
import type { Role } from '#platform';
import { callApi, testAuth, type TestAnswer, type TestAuth } from '#testing';
import { gatewayApp } from '../../apps/gateway/src/service.js';
import type { FakeService } from './fake-service.js';

export type GatewayAnswer = TestAnswer<Record<string, unknown>>;

/** The addresses of all services: that of `all`, except those in `services`. */
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
    /** The address of its health and metrics. */
    readonly operationsUrl: string,
    private readonly auth: TestAuth,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(env: NodeJS.ProcessEnv, auth?: TestAuth) {
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
    const authorization = role && `Bearer ${await this.auth.token(role)}`;
    const answer = await callApi(this.url + path, {
      method,
      body,
      headers: { ...headers, ...(authorization && { authorization }) },
    });
    return { ...answer, body: answer.body ?? {} };
  }

  get(path: string): Promise<GatewayAnswer> {
    return this.call('GET', path);
  }

  /** Sends a request; `destroy()` disconnects its client. */
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
