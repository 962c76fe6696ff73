import { resolve } from 'node:path';
import { migrateDatabase } from '#bootstrap';
import type { Fault } from '../examples/fault.js';
import { ledgerService } from '../examples/ledger.service.js';
import { writerService } from '../examples/writer.service.js';
import { ServiceProcess } from '../running/service-process.js';
import { lockTable, type TableLock } from '../services/lock-table.js';
import { testDatabase, type TestDatabase } from '../services/test-database.js';
import { testPrefix } from '../services/test-services.js';
import { createTopics, type TestTopics } from '../services/test-topics.js';
import { waitUntil } from '../timing/wait-until.js';
import { fillOutbox, type OutboxEvent, type OutboxFilling } from './fill-outbox.js';

const MAIN = resolve('dist', 'libs', 'testing', 'src', 'examples', 'main.js');

/** Writers, topics and ledgers (see `examples`), separate from all other tests. */
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

  /** The topic to which the writers publish. */
  get topic(): string {
    return `${this.prefix}newsroom.articles`;
  }

  writer(env: NodeJS.ProcessEnv = {}, fault?: Fault): Promise<ServiceProcess> {
    return this.start('writer', env, fault);
  }

  ledger(env: NodeJS.ProcessEnv = {}, fault?: Fault): Promise<ServiceProcess> {
    return this.start('ledger', env, fault);
  }

  /** Creates or updates the writer's tables without starting it. */
  migrateWriter(): Promise<string[]> {
    return migrateDatabase(writerService, { ...process.env, WRITER_DATABASE_URL: this.writerDb.url });
  }

  migrateLedger(): Promise<string[]> {
    return migrateDatabase(ledgerService, { ...process.env, LEDGER_DATABASE_URL: this.ledgerDb.url });
  }

  /** Adds events to the writer's outbox without going through its API. */
  async fillOutbox(filling: OutboxFilling): Promise<OutboxEvent[]> {
    await this.migrateWriter();
    return fillOutbox(this.writerDb, filling);
  }

  /** The number of events in the writer's outbox. */
  async backlog(): Promise<number> {
    const [row] = await this.writerDb.query<{ count: number }>(`SELECT count(*)::int FROM outbox`);
    return row!.count;
  }

  /** Waits until the outbox is empty. */
  async drained(within = 30_000): Promise<void> {
    await waitUntil(async () => (await this.backlog()) === 0, { within, what: 'an empty outbox' });
  }

  /** The number of events that the ledger has handled. */
  async handled(): Promise<number> {
    const [row] = await this.ledgerDb.query<{ count: number }>(`SELECT count(*)::int FROM ledger`);
    return row!.count;
  }

  /** The versions of an item in the order in which they took effect in the ledger. */
  async versionsOf(item: string): Promise<number[]> {
    const rows = await this.ledgerDb.query<{ version: number }>(
      `SELECT version FROM ledger WHERE subject = $1 ORDER BY seq`,
      [item],
    );
    return rows.map(({ version }) => version);
  }

  /** The version of each item that was written. */
  async written(): Promise<Map<string, number>> {
    const rows = await this.writerDb.query<{ id: string; version: number }>(`SELECT id, version FROM item`);
    return new Map(rows.map(({ id, version }) => [id, version]));
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
        const count = await this.handled();
        if (count < wanted) throw new Error(`${count} of ${wanted} events arrived`);
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

  /** What the ledger must contain when it has settled: every version of every item, once and in order. */
  async expected(): Promise<Map<string, number[]>> {
    const written = await this.written();
    return new Map(
      [...written].map(([id, version]) => [id, Array.from({ length: version }, (_, i) => i + 1)]),
    );
  }

  /** Locks a table of the ledger, even against reads, until it is released. */
  lockLedger(table = 'ledger'): Promise<TableLock> {
    return lockTable(this.ledgerDb.url, table);
  }

  async remove(): Promise<void> {
    await Promise.all([...this.processes].map((started) => started.kill()));
    await Promise.all([this.writerDb.drop(), this.ledgerDb.drop()]);
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
