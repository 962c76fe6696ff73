import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { ForAnyone } from '#http';
import { databaseSettings, serverSettings } from '#platform';
import { describeWith, startPgBouncer, testAuth, testDatabase, waitUntil, type TestDatabase } from '#testing';
import { migrateDatabase } from './migrate-database.js';
import { defineService } from './service-definition.js';
import { startService, type RunningService } from './start-service.js';

class Harbour1800000000000 implements MigrationInterface {
  readonly name = 'Harbour1800000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE limits AS SELECT current_setting('statement_timeout') AS statement`);
    await db.query(`CREATE TABLE harbour (name text PRIMARY KEY)`);
    await db.query(`INSERT INTO harbour VALUES ('Seedorf')`);
  }

  async down(): Promise<void> {}
}

@Controller()
@ForAnyone()
class HarbourController {
  constructor(private readonly db: DataSource) {}

  /** Waits for the lock of the row, like a change of a busy article. */
  @Post('enter')
  async enter(): Promise<{ entered: true }> {
    await this.db.transaction((tx) => tx.query(`SELECT FROM harbour WHERE name = 'Seedorf' FOR UPDATE`));
    return { entered: true };
  }

  /** Commits slowly, since deferred triggers run inside COMMIT. */
  @Post('build')
  async build(): Promise<{ built: true }> {
    await this.db.transaction((tx) => tx.query(`INSERT INTO harbour VALUES ('Neuhafen')`));
    return { built: true };
  }

  @Get('limits')
  async limits(): Promise<unknown> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query(
        `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
           current_setting('transaction_timeout') AS transaction`,
      );
      return row;
    });
  }
}

@Module({ controllers: [HarbourController] })
class HarbourModule {}

const harbour = defineService({
  name: 'harbour',
  settings: { ...serverSettings('harbour', 0), ...databaseSettings('harbour') },
  database: { entities: [], migrations: [Harbour1800000000000] },
  module: HarbourModule,
});

describeWith('postgres')('a service with a database', () => {
  let database: TestDatabase;
  let service: RunningService | undefined;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    database = await testDatabase('harbour');
    env = { ...(await testAuth()).env, LOG_LEVEL: 'silent', HARBOUR_DATABASE_URL: database.url };
  });

  afterEach(async () => {
    await service?.stop();
    service = undefined;
    await database.drop();
  });

  const ready = async (operations: string) => {
    const answer = await fetch(`${operations}/health/ready`);
    return { status: answer.status, reason: ((await answer.json()) as { reason?: string }).reason };
  };

  it('waits, alive and not ready, until the database has the tables that this version needs', async () => {
    const port = 43_117;
    const operations = `http://127.0.0.1:${port}`;
    const starting = startService(harbour, { env: { ...env, OPERATIONS_PORT: String(port) } });
    await waitUntil(async () =>
      (await ready(operations).catch(() => undefined))?.reason?.includes('migrate'),
    );
    expect((await fetch(`${operations}/health/live`)).status).toBe(200);
    expect(await ready(operations)).toEqual({
      status: 503,
      reason: 'The database has no tables yet; run `migrate`.',
    });
    await migrateDatabase(harbour, env);
    service = await starting;
    expect(await ready(operations)).toMatchObject({ status: 200 });
  });

  it('stops waiting for its database when its signal aborts', async () => {
    const stopping = new AbortController();
    const starting = startService(harbour, { env, signal: stopping.signal });
    stopping.abort();
    await expect(starting).rejects.toThrow('abort');
  });

  it('lets a migration take as long as it needs', async () => {
    await migrateDatabase(harbour, env);
    expect(await database.query(`SELECT statement FROM limits`)).toEqual([{ statement: '0' }]);
  });

  it('has its timeouts behind PgBouncer in transaction mode as well', async () => {
    await migrateDatabase(harbour, env);
    const bouncer = await startPgBouncer(database.url);
    try {
      service = await startService(harbour, {
        env: { ...env, HARBOUR_DATABASE_URL: bouncer.url(database.url) },
      });
      const limits = await (await fetch(`${service.url}/limits`)).json();
      expect(limits).toEqual({ statement: '15s', lock: '10s', transaction: '15s' });
      expect(await ready(service.operationsUrl)).toMatchObject({ status: 200 });
    } finally {
      await service?.stop();
      service = undefined;
      await bouncer.remove();
    }
  });

  it('keeps timeouts that an operator has set for the role', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET statement_timeout = '7s'`);
    service = await startService(harbour, { env, migrate: true });
    const limits = await (await fetch(`${service.url}/limits`)).json();
    expect(limits).toMatchObject({ statement: '7s', lock: '10s' });
  });

  it('answers that the outcome is unknown when a connection is lost during COMMIT', async () => {
    service = await startService(harbour, { env, migrate: true });
    await database.query(
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'`,
    );
    await database.query(
      `CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON harbour DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION slow()`,
    );
    const building = fetch(`${service.url}/build`, { method: 'POST' });
    const ended = () =>
      database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'PgSleep'`,
      );
    await waitUntil(async () => (await ended()).length === 1);
    const answer = await building;
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      504,
      'outcome.unknown',
    ]);
  });

  it('stays ready while every connection of its pool waits', async () => {
    service = await startService(harbour, { env: { ...env, DATABASE_POOL: '2' }, migrate: true });
    const lock = await holdRow(service);
    const waiting = Array.from({ length: 6 }, () => fetch(`${service!.url}/enter`, { method: 'POST' }));
    await waitUntil(async () => (await waitingForLocks()) === 2);
    expect(await ready(service.operationsUrl)).toMatchObject({ status: 200 });
    await lock.release();
    await Promise.all(waiting);
  });

  it('finishes a request under way when it stops, closes its connection and accepts no new one', async () => {
    service = await startService(harbour, { env, migrate: true });
    const { url } = service;
    const lock = await holdRow(service);
    const underWay = fetch(`${url}/enter`, { method: 'POST' });
    await waitUntil(async () => (await waitingForLocks()) === 1);
    const stopped = service.stop();
    await waitUntil(() => refuses(url));
    await lock.release();
    const answer = await underWay;
    expect({ status: answer.status, connection: answer.headers.get('connection') }).toEqual({
      status: 201,
      connection: 'close',
    });
    await stopped;
    service = undefined;
  });

  it('answers a request on an open connection before it stops, and closes the connection', async () => {
    service = await startService(harbour, { env, migrate: true, drain: { idle: 30_000, requests: 30_000 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await getWith(agent, `${service.url}/limits`)).headers.connection).toBe('keep-alive');
    const { url } = service;
    const stopped = service.stop();
    await waitUntil(() => refuses(url));
    expect(await getWith(agent, `${url}/limits`)).toMatchObject({
      statusCode: 200,
      headers: { connection: 'close' },
    });
    await stopped;
    service = undefined;
    agent.destroy();
  });

  async function holdRow({ app }: RunningService): Promise<{ release(): Promise<void> }> {
    const holder = new DataSource({ type: 'postgres', url: database.url });
    const runner = (await holder.initialize()).createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT FROM harbour FOR UPDATE`);
    expect(app).toBeDefined();
    return {
      release: async () => {
        await runner.rollbackTransaction();
        await holder.destroy();
      },
    };
  }

  const waitingForLocks = async (): Promise<number> => {
    const [row] = await database.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    return Number(row!.count);
  };
});

const getWith = (agent: Agent, url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    httpGet(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response));
    }).once('error', reject);
  });

/** Whether new connections are refused. */
async function refuses(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}
