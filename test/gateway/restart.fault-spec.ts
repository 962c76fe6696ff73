import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anId, freePort, mainOf, rounds, ServiceProcess, testAuth } from '#testing';
import { FakeService, newsroom } from './fake-service.js';
import { upstreams } from './gateway-under-test.js';

const CLIENTS = 16;
/** Milliseconds between two requests of one client: 200 per second in total. */
const EVERY = 80;

class Replica {
  private process: ServiceProcess | undefined;

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  get url(): string {
    return `http://127.0.0.1:${this.env['GATEWAY_PORT']}`;
  }

  async start(): Promise<void> {
    this.process = await ServiceProcess.start(mainOf('gateway'), [], this.env, /"url":"([^"]+)"/);
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }
}

/** The outcome when nothing was sent. */
const NO_CONNECTION = 'no connection';

/** @returns a status, {@link NO_CONNECTION}, or the code of a connection error. */
const send = (agent: Agent, url: string): Promise<string> =>
  new Promise((done) => {
    const sent = request(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => done(String(response.statusCode)));
      response.once('error', (error) => done(error.message));
    })
      .once('error', ({ code, message, syscall }: NodeJS.ErrnoException) =>
        // A new connection that is reset was still queued when the server stopped listening.
        done(syscall === 'connect' || !sent.reusedSocket ? NO_CONNECTION : (code ?? message)),
      )
      .end();
  });

describe('two replicas of the gateway that are restarted in turn', () => {
  let services: FakeService;
  let replicas: Replica[];

  beforeEach(async () => {
    services = await FakeService.start(newsroom());
    const { env } = await testAuth();
    const ports = [await freePort(), await freePort()];
    replicas = ports.map(
      (port) =>
        new Replica({
          ...process.env,
          ...env,
          ...upstreams(services),
          LOG_LEVEL: 'info',
          GATEWAY_PORT: String(port),
        }),
    );
    await Promise.all(replicas.map((replica) => replica.start()));
  });

  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await services.stop();
  });

  it('fail no request on kept-alive connections', async () => {
    const outcomes = new Map<string, number>();
    const over = new AbortController();
    const client = async (): Promise<void> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 2 });
      for (let i = 0; !over.signal.aborted; i++) {
        const path = `/v1/articles/${anId()}`;
        let outcome = '';
        // Like a load balancer: if there is no connection, the request goes to the next replica.
        for (let attempt = 0; attempt === 0 || (outcome === NO_CONNECTION && attempt < 2); attempt++) {
          outcome = await send(agent, replicas[(i + attempt) % 2]!.url + path);
        }
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        await delay(EVERY);
      }
      agent.destroy();
    };
    const clients = Array.from({ length: CLIENTS }, client);
    for (let round = 0; round < rounds(1, 5); round++) {
      for (const replica of replicas) {
        await replica.stop();
        await replica.start();
      }
    }
    over.abort();
    await Promise.all(clients);
    expect([...outcomes.keys()]).toEqual(['200']);
    expect(outcomes.get('200')).toBeGreaterThan(200);
  });
});
