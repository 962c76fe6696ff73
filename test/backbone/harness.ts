import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { articleUpdated } from '#events';
import {
  anArticleSnapshot,
  anEncodedEvent,
  createTopics,
  readWithKcat,
  testDatabase,
  testPrefix,
  waitUntil,
  type TestDatabase,
  type TestTopics,
} from '#testing';
import { migrateDatabase } from '#bootstrap';
import { Auditor, type Audit } from './audit.js';
import type { Fault } from './fixture/faults.js';
import { ledgerService } from './fixture/ledger.service.js';
import { writerService } from './fixture/writer.service.js';
import { noteResult } from './report.js';

const MAIN = resolve('dist', 'test', 'backbone', 'fixture', 'main.js');

/** Rounds of a fault: few in every run, the full number in `npm run test:faults`. */
export const rounds = (few: number, full: number): number =>
  process.env['FAULT_ROUNDS'] === 'full' ? full : few;

/** A service in a process of its own. */
export class ServiceProcess {
  url = '';
  /** Where its health and metrics are. */
  operationsUrl = '';
  readonly ended: Promise<void>;
  private said = '';

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((ended) => child.once('exit', () => ended()));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-20_000)));
    }
  }

  /** @param ready what it prints once it can be used; its first group is the address. */
  static async start(
    file: string,
    args: string[],
    env: NodeJS.ProcessEnv,
    ready: RegExp,
    within = 60_000,
  ): Promise<ServiceProcess> {
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    const child = spawn(process.execPath, [...flags, file, ...args], {
      // Compiled code is kept between the hundred processes of a run: a third less to start one.
      env: { OPERATIONS_PORT: '0', NODE_COMPILE_CACHE: resolve('node_modules', '.cache', 'compile'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new ServiceProcess(child);
    const url = await waitUntil(
      () => {
        const found = ready.exec(started.said)?.[1];
        if (found === undefined && child.exitCode !== null) throw new Error(`it ended: ${started.said}`);
        return found;
      },
      { within, what: `${file} ${args.join(' ')}` },
    ).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    started.url = url;
    started.operationsUrl = /operations(?:Url":"| at )(http[^"\s]+)/.exec(started.said)?.[1] ?? '';
    return started;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get output(): string {
    return this.said;
  }

  /** The values of a metric whose line contains all of `labels`, added up; undefined when there is none. */
  async metric(name: string, ...labels: string[]): Promise<number | undefined> {
    const text = await (await fetch(`${this.operationsUrl}/metrics`)).text();
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
      .map((line) => Number(line.slice(line.lastIndexOf(' '))));
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
  }

  /** Sends a signal and does not wait, such as SIGSTOP to hang it. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

export interface AuditedAttack {
  readonly handled: Audit;
  readonly topic: Audit;
  readonly recovery: number;
}

export interface OutboxEvent {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** Writers, a log and ledgers, apart from every other test. */
export class Backbone {
  readonly prefix = testPrefix();
  private readonly processes = new Set<ServiceProcess>();

  private constructor(
    readonly brokers: string,
    readonly writerDb: TestDatabase,
    readonly ledgerDb: TestDatabase,
  ) {}

  static async create(brokers: string, topics: TestTopics = {}): Promise<Backbone> {
    const [writerDb, ledgerDb] = await Promise.all([testDatabase('writer'), testDatabase('ledger')]);
    const backbone = new Backbone(brokers, writerDb, ledgerDb);
    await createTopics(brokers, backbone.prefix, topics);
    return backbone;
  }

  writer(env: NodeJS.ProcessEnv = {}, fault?: Fault): Promise<ServiceProcess> {
    return this.start('writer', env, fault);
  }

  ledger(env: NodeJS.ProcessEnv = {}, fault?: Fault): Promise<ServiceProcess> {
    return this.start('ledger', env, fault);
  }

  /**
   * Adds `count` events to the writer's outbox, over `items` in turn and with the versions that follow, as its API would
   * but a thousand times faster. Its tables must be there.
   * @param bytes of each value, about.
   */
  async fillOutbox({
    count,
    items,
    bytes = 800,
  }: {
    count: number;
    items: readonly string[];
    bytes?: number;
  }): Promise<OutboxEvent[]> {
    await this.migrateWriter();
    const words = 'Seewilen '.repeat(Math.max(1, Math.round((bytes - 700) / 9)));
    const body = [{ type: 'paragraph' as const, runs: [{ text: words.slice(0, 5_000) }] }];
    for (let left = words.slice(5_000); left; left = left.slice(5_000)) {
      body.push({ type: 'paragraph', runs: [{ text: left.slice(0, 5_000) }] });
    }
    const subject = '00000000-0000-7000-8000-000000000000';
    const { value, headers } = anEncodedEvent(articleUpdated, {
      subject,
      source: '/newsroom/writer',
      data: { version: 1, article: anArticleSnapshot({ id: subject, body }) },
    });
    const base64 = Object.entries(headers).map(([name, text]) => [name, text.toString('base64')]);
    await this.writerDb.query(
      `INSERT INTO item SELECT id::uuid, 0 FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING`,
      [items],
    );
    const rows = await this.writerDb.query<OutboxEvent>(
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT 'newsroom.articles', item.id::text,
         ($1::jsonb || jsonb_build_object('ce_id', encode(convert_to(gen_random_uuid()::text, 'UTF8'), 'base64'),
           'ce_subject', encode(convert_to(item.id::text, 'UTF8'), 'base64')))::json,
         replace(replace($2, $3, item.id::text), '"version":1,', '"version":' || (item.version + n / cardinality($5::text[]) + 1) || ',')
       FROM generate_series(0, $4::int - 1) AS n JOIN item ON item.id = ($5::text[])[n % cardinality($5::text[]) + 1]::uuid
       ORDER BY n RETURNING key, value, headers`,
      [JSON.stringify(Object.fromEntries(base64)), String(value), subject, count, items],
    );
    await this.writerDb.query(
      `UPDATE item SET version = version + added FROM (
         SELECT key::uuid AS id, count(*) AS added FROM unnest($1::text[]) AS key GROUP BY 1) AS counted
       WHERE item.id = counted.id`,
      [rows.map(({ key }) => key)],
    );
    return rows;
  }

  /** What waits in the writer's outbox. */
  async backlog(): Promise<number> {
    const [row] = await this.writerDb.query<{ count: number }>(`SELECT count(*)::int FROM outbox`);
    return row!.count;
  }

  /** Locks a table of the ledger so that nobody can even read it, until it is released. */
  async lockLedger(table = 'ledger'): Promise<{ release: () => Promise<void> }> {
    const client = new pg.Client({ connectionString: this.ledgerDb.url });
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${table}`);
    return { release: () => client.end() };
  }

  /** Brings the writer's tables up to date without starting it. */
  migrateWriter(): Promise<string[]> {
    return migrateDatabase(writerService, { ...process.env, WRITER_DATABASE_URL: this.writerDb.url });
  }

  migrateLedger(): Promise<string[]> {
    return migrateDatabase(ledgerService, { ...process.env, LEDGER_DATABASE_URL: this.ledgerDb.url });
  }

  async remove(): Promise<void> {
    await Promise.all([...this.processes].map((one) => one.kill()));
    await Promise.all([this.writerDb.drop(), this.ledgerDb.drop()]);
  }

  /**
   * Waits until every committed write has reached the ledger.
   * @returns the versions of each item in the order in which they took effect.
   */
  async settled(within = 60_000): Promise<Map<string, number[]>> {
    const written = await this.written();
    const wanted = [...written.values()].reduce((sum, version) => sum + version, 0);
    await waitUntil(
      async () => {
        const [{ count }] = (await this.ledgerDb.query<{ count: string }>(`SELECT count(*) FROM ledger`)) as [
          { count: string },
        ];
        if (Number(count) < wanted) throw new Error(`${count} of ${wanted} events arrived`);
        return true;
      },
      { within, every: 100, what: 'all events' },
    );
    const rows = await this.ledgerDb.query<{ subject: string; version: number }>(
      `SELECT subject, version FROM ledger ORDER BY seq`,
    );
    const bySubject = Map.groupBy(rows, ({ subject }) => subject);
    return new Map(
      [...bySubject].map(([subject, events]) => [subject, events.map(({ version }) => version)]),
    );
  }

  /**
   * Waits until every committed write has taken effect, and looks at what became of them: in the ledger, which is ours, and
   * in the topic, which is read by a client that is not.
   */
  async audited({
    rounds: count = 1,
    within = 90_000,
  }: { rounds?: number; within?: number } = {}): Promise<AuditedAttack> {
    const startedAt = performance.now();
    const handled = await this.settledAudit(within);
    const recovery = Math.round(performance.now() - startedAt);
    const topic = new Auditor();
    await readVersions(this, (key, version) => topic.see(key, version));
    const result = { handled, topic: topic.audit(await this.written()), recovery };
    await noteResult({ rounds: count, ...result });
    return result;
  }

  private async settledAudit(within: number): Promise<Audit> {
    const ledger = new Auditor();
    for (const [item, versions] of await this.settled(within))
      for (const version of versions) ledger.see(item, version);
    return ledger.audit(await this.written());
  }

  /** What the settled ledger must say: every version of every item, once and in order. */
  async expected(): Promise<Map<string, number[]>> {
    const written = await this.written();
    return new Map(
      [...written].map(([id, version]) => [id, Array.from({ length: version }, (_, i) => i + 1)]),
    );
  }

  private async written(): Promise<Map<string, number>> {
    const rows = await this.writerDb.query<{ id: string; version: number }>(`SELECT id, version FROM item`);
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  private async start(
    name: 'writer' | 'ledger',
    env: NodeJS.ProcessEnv,
    fault?: Fault,
  ): Promise<ServiceProcess> {
    const db = name === 'writer' ? this.writerDb : this.ledgerDb;
    const settings = {
      ...process.env,
      LOG_LEVEL: 'warn',
      KAFKA_BROKERS: this.brokers,
      KAFKA_TOPIC_PREFIX: this.prefix,
      [`${name.toUpperCase()}_DATABASE_URL`]: db.url,
      ...(fault && { FAULT: JSON.stringify(fault) }),
      ...env,
    };
    const started = await ServiceProcess.start(MAIN, [name], settings, /listens at (\S+)/);
    this.processes.add(started);
    void started.ended.then(() => this.processes.delete(started));
    return started;
  }
}

/** Reads keys and versions from the articles topic with a client that is not ours. */
export const readVersions = (
  backbone: Backbone,
  see: (key: string, version: number) => void,
): Promise<void> =>
  readWithKcat(backbone.brokers, `${backbone.prefix}newsroom.articles`, ({ key, value }) =>
    see(key, Number(/^\{"version":(\d+)/.exec(value)![1])),
  );

export const someItems = (count: number): string[] => Array.from({ length: count }, () => uuidv7());

/** One write; false when the process went away before it answered. */
export async function write(
  url: string,
  id: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<boolean> {
  try {
    const response = await fetch(`${url}/items/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    if (response.ok) return true;
    if (response.status >= 500) return false;
    throw new Error(`${response.status} ${await response.text()}`);
  } catch (error) {
    // By name: fetch comes from outside the realm that Jest gives each test file.
    if (['TypeError', 'TimeoutError'].includes((error as Error).name)) return false;
    throw error;
  }
}

/** Writes `count` times, `atOnce` at a time, over all items in turn. @returns how many were answered. */
export async function writeMany(
  url: string,
  items: readonly string[],
  count: number,
  atOnce = 20,
): Promise<number> {
  let answered = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const item = items[next++ % items.length]!;
      if (await write(url, item)) answered++;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
  return answered;
}
