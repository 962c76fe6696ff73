import { DataSource } from 'typeorm';
import { startService, type ServiceDefinition } from '#bootstrap';
import { decodeEvent, eventContract, topicNames, type EncodedMessage, type NewsroomEvent } from '#events';
import { ReaderTokens } from '#http';
import { Loopback } from '#messaging';
import { type Role, createLogger } from '#platform';
import type { TestAnswer } from '../people/call-api.js';
import { callByContract } from '../people/call-by-contract.js';
import { testAuth, type TestAuth } from '../people/test-auth.js';
import { testDatabase } from '../services/test-database.js';

/** One service in this process, on a database of its own. The test delivers events to it and sees those it emits. */
export class ServiceUnderTest {
  /** Every event the service has emitted, in order. */
  readonly emitted: NewsroomEvent[] = [];

  private constructor(
    readonly url: string,
    private readonly operationsUrl: string,
    private readonly db: DataSource,
    private readonly loopback: Loopback,
    private readonly auth: TestAuth,
    private readonly readers: ReaderTokens,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(definition: ServiceDefinition, env: NodeJS.ProcessEnv = {}): Promise<ServiceUnderTest> {
    const [database, auth] = await Promise.all([testDatabase(definition.name), testAuth()]);
    const loopback = new Loopback();
    const name = definition.name.toUpperCase();
    const service = await startService(definition, {
      env: {
        LOG_LEVEL: 'silent',
        ...auth.env,
        [`${name}_PORT`]: '0',
        OPERATIONS_PORT: '0',
        [`${name}_DATABASE_URL`]: database.url,
        ...env,
      },
      migrate: true,
      providers: [{ provide: Loopback, useValue: loopback }],
    });
    const stop = async () => {
      await loopback.close();
      await service.stop();
      await database.drop();
    };
    const readers = new ReaderTokens(auth.env.READER_KEY);
    const under = new ServiceUnderTest(
      service.url,
      service.operationsUrl,
      service.app.get(DataSource),
      loopback,
      auth,
      readers,
      stop,
    );
    loopback.subscribe({
      group: 'observer',
      topics: topicNames,
      deliver: async (messages) => {
        const known = messages.filter(({ headers }) => eventContract(String(headers['ce_type'])));
        under.emitted.push(...known.map(decodeEvent));
        return { done: messages.length };
      },
      deadLetter: async () => undefined,
    });
    loopback.open();
    return under;
  }

  /** Delivers events to the service as another service's relay would; resolves when they have taken effect. */
  async receive(topic: (typeof topicNames)[number], ...messages: EncodedMessage[]): Promise<void> {
    const numbered = messages.map((message, i) => ({ ...message, topic, outboxId: String(i + 1) }));
    await this.loopback.deliver(numbered, createLogger('test', 'silent'));
  }

  /** Its metrics in the text format of Prometheus. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.operationsUrl}/metrics`)).text();
  }

  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    return this.db.query(sql, values);
  }

  /** Runs a concurrent transaction in the service's database, which stays open as long as `work` runs. */
  transaction<T>(work: (query: ServiceUnderTest['query']) => Promise<T>): Promise<T> {
    return this.db.transaction((tx) => work((sql, values) => tx.query(sql, values)));
  }

  /** Calls as a reader: a new one, unless a token is given. */
  asReader<Body>(
    method: string,
    path: string,
    body?: unknown,
    token = this.readers.issue(),
  ): Promise<TestAnswer<Body>> {
    return this.call(method, path, body, { 'x-reader': token });
  }

  /** The token of a new reader. */
  newReader(): string {
    return this.readers.issue();
  }

  /** Calls as somebody with a role in the newsroom. */
  async as<Body>(
    role: Role,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<Body>> {
    return this.call(method, path, body, {
      ...headers,
      authorization: `Bearer ${await this.auth.token(role)}`,
    });
  }

  /** Reads as a subscriber. */
  async asSubscriber<Body>(path: string): Promise<TestAnswer<Body>> {
    return this.call('GET', path, undefined, {
      authorization: `Bearer ${await this.auth.subscriberToken()}`,
    });
  }

  call<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<Body>> {
    return callByContract<Body>(this.url + path, { method, body, headers });
  }
}
