import { contractViolation } from './conformance.js';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { decodeEvent, eventContract, topicNames, type EncodedMessage, type NewsroomEvent } from '#events';
import { Loopback } from '#messaging';
import { startService, type ServiceDefinition } from '#bootstrap';
import { ReaderTokens } from '#http';
import { createLogger, type Role } from '#platform';
import { testAuth } from './auth.js';
import { testDatabase } from './isolation.js';

export interface TestAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON, where it is JSON. */
  readonly body: Body;
}

/** One service in this process on a database of its own, with its events in the test's hands. */
export class ServiceUnderTest {
  /** Every event the service has emitted, in order. */
  readonly emitted: NewsroomEvent[] = [];

  private constructor(
    readonly url: string,
    private readonly operationsUrl: string,
    private readonly db: DataSource,
    private readonly loopback: Loopback,
    private readonly auth: Awaited<ReturnType<typeof testAuth>>,
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

  /** Brings events to the service as another service's relay would; resolves when they have taken effect. */
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

  /** What somebody else does in the same database, in a transaction that the test holds open. */
  transaction<T>(work: (query: ServiceUnderTest['query']) => Promise<T>): Promise<T> {
    return this.db.transaction((tx) => work((sql, values) => tx.query(sql, values)));
  }

  /** A call as a reader, who is somebody new unless a token says otherwise. */
  asReader<Body>(
    method: string,
    path: string,
    body?: unknown,
    token = this.readers.issue(),
  ): Promise<TestAnswer<Body>> {
    return this.call(method, path, body, { 'x-reader': token });
  }

  newReader(): string {
    return this.readers.issue();
  }

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

  /** What a subscriber reads. */
  async asSubscriber<Body>(path: string): Promise<TestAnswer<Body>> {
    return this.call('GET', path, undefined, {
      authorization: `Bearer ${await this.auth.subscriberToken()}`,
    });
  }

  async call<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = (isJson && text ? JSON.parse(text) : undefined) as Body;
    const exchange = { method, path: `/v1${path}`, status: response.status, body: parsed };
    const violation = contractViolation(exchange, 'service');
    if (violation) throw new Error(violation);
    return { status: response.status, headers: response.headers, text, body: parsed };
  }
}

export const anId = (): string => uuidv7();
