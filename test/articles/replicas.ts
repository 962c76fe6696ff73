import { resolve } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { createSecrets, issueToken } from '#embedded';
import {
  anArticleRequest,
  createTopics,
  testDatabase,
  testPrefix,
  waitUntil,
  type TestDatabase,
} from '#testing';
import { ServiceProcess } from '../backbone/harness.js';

const MAIN = resolve('dist', 'apps', 'articles', 'src', 'main.js');

export interface Draft {
  readonly id: string;
  readonly version: number;
}

/** The articles service, in as many processes as one likes, on real Postgres and Kafka. */
export class Replicas {
  private readonly processes = new Set<ServiceProcess>();

  private constructor(
    readonly brokers: string,
    readonly prefix: string,
    readonly db: TestDatabase,
    readonly env: NodeJS.ProcessEnv,
    private readonly authorization: string,
  ) {}

  static async create(brokers: string): Promise<Replicas> {
    const prefix = testPrefix();
    const [db, { readerKey, signingKey, jwks }] = await Promise.all([
      testDatabase('articles'),
      createSecrets(),
    ]);
    await createTopics(brokers, prefix);
    const token = await issueToken(signingKey, { subject: 'desk', roles: ['editor'], hours: 1 });
    const env = {
      ...process.env,
      LOG_LEVEL: 'info',
      READER_KEY: readerKey,
      AUTH_JWKS: JSON.stringify(jwks),
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC_PREFIX: prefix,
      ARTICLES_DATABASE_URL: db.url,
      ARTICLES_PORT: '0',
    };
    await ServiceProcess.start(MAIN, ['migrate'], env, /(ran|up to date)/);
    return new Replicas(brokers, prefix, db, env, `Bearer ${token}`);
  }

  /** @returns as soon as it listens. */
  async start(): Promise<ServiceProcess> {
    const replica = await ServiceProcess.start(MAIN, [], this.env, /"url":"([^"]+)"/);
    this.processes.add(replica);
    return replica;
  }

  async remove(): Promise<void> {
    await Promise.all([...this.processes].map((one) => one.kill()));
    await this.db.drop();
  }

  async call<Body>(
    url: string,
    method: string,
    path: string,
    body?: unknown,
    version?: number,
  ): Promise<Body> {
    const response = await fetch(`${url}/editorial/${path}`, {
      method,
      headers: {
        authorization: this.authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(version !== undefined && { 'if-match': `"${version}"` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as Body;
  }

  /** The terms that every article names. */
  async furnish(url: string): Promise<void> {
    await this.call(url, 'PUT', 'sections/news', { name: 'News' });
    await this.call(url, 'PUT', 'authors/lia-muster', { name: 'Lia Muster' });
  }

  /** Complete drafts, all scheduled for one time that is far away. */
  async schedule(url: string, count: number, overrides: Record<string, unknown> = {}): Promise<void> {
    const publishAt = new Date(Date.now() + 3_600_000).toISOString();
    await inLanes(16, count, async (i) => {
      const request = anArticleRequest({ headline: `Zur gleichen Zeit ${i}`, ...overrides });
      const { id, version } = await this.call<Draft>(url, 'POST', 'articles', request);
      await this.call(url, 'POST', `articles/${id}/schedule`, { publishAt }, version);
    });
  }

  /** Lets everything that is scheduled fall due `inMs` milliseconds from now, by the clock of the database. */
  async dueIn(inMs: number): Promise<Date> {
    const [row] = await this.db.query<{ at: Date }>(
      `WITH moved AS (UPDATE article SET publish_at = clock_timestamp() + make_interval(secs => $1::float / 1000)
         WHERE publish_at IS NOT NULL RETURNING publish_at) SELECT max(publish_at) AS at FROM moved`,
      [inMs],
    );
    await this.db.query(`UPDATE article SET publish_at = $1 WHERE publish_at IS NOT NULL`, [row!.at]);
    return row!.at;
  }

  async published(): Promise<number> {
    const [row] = await this.db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM article WHERE state = 'published'`,
    );
    return row!.n;
  }

  /** Ids of the events in the log, by the article they are about: an event that was sent twice counts once. */
  async eventsInLog(wanted: number): Promise<Map<string, Set<string>>> {
    const consumer = new Kafka({ brokers: [this.brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId: `${this.prefix}reader-${Date.now()}`,
    });
    const events = new Map<string, Set<string>>();
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [`${this.prefix}newsroom.articles`], fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          const key = String(message.key);
          events.set(key, (events.get(key) ?? new Set()).add(String(message.headers!['ce_id'])));
        },
      });
      const backlog = async () => (await this.db.query(`SELECT FROM outbox LIMIT 1`)).length;
      await waitUntil(async () => events.size >= wanted && (await backlog()) === 0, {
        within: 60_000,
        what: `events of ${wanted} articles`,
      });
      return events;
    } finally {
      await consumer.disconnect();
    }
  }
}

/** Does `work` for 0 to `count` - 1, `lanes` at a time. */
export async function inLanes(
  lanes: number,
  count: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
}
