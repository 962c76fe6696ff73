import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '#embedded';
import { waitUntil } from '#testing';

/** A Postgres that a test can hang, and whose commits it can hold back. */
export class OwnPostgres {
  private constructor(
    readonly url: string,
    private readonly pool: pg.Pool,
    /** Always connected: a server that hangs accepts no new connections. */
    private readonly observer: pg.Client,
    private readonly folder: string,
    readonly remove: () => Promise<void>,
  ) {}

  /** @param database its name; the service that uses it creates it. */
  static async start(database: string): Promise<OwnPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'newsroom-own-postgres-'));
    const postgres = await startEmbeddedPostgres({ folder });
    const pool = new pg.Pool({
      connectionString: postgres.url(database),
      application_name: 'observer',
      max: 2,
    });
    pool.on('error', () => undefined);
    const observer = new pg.Client({
      connectionString: postgres.url('postgres'),
      application_name: 'observer',
    });
    observer.on('error', () => undefined);
    await observer.connect();
    const remove = async (): Promise<void> => {
      await observer.end();
      await pool.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    };
    return new OwnPostgres(postgres.url(database), pool, observer, folder, remove);
  }

  async query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  /** Hangs the server and all sessions but the observer's, like a disk or machine that hangs, until `resume`. */
  async hang(): Promise<{ resume: () => void }> {
    const [postmaster] = (await readFile(join(this.folder, 'data', 'postmaster.pid'), 'utf8')).split('\n');
    // The postmaster first, so that no new session starts.
    process.kill(Number(postmaster), 'SIGSTOP');
    const { rows } = await this.observer.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'observer'`,
    );
    const pids = rows.map(({ pid }) => pid);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    return {
      resume: () => {
        for (const pid of [...pids, Number(postmaster)]) process.kill(pid, 'SIGCONT');
      },
    };
  }

  /** Terminates the sessions that wait for `event`, once there are any. */
  async endWaiting(event: string): Promise<void> {
    await waitUntil(
      async () =>
        (
          await this.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = $1`, [
            event,
          ])
        ).length > 0,
      { what: `a session that waits for ${event}` },
    );
  }

  /** With a standby that does not exist, commits reach the disk but are never acknowledged. */
  async waitForStandby(name: string): Promise<void> {
    await this.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await this.query(`SELECT pg_reload_conf()`);
    await waitUntil(async () => {
      const [row] = await this.query<{ synchronous_standby_names: string }>(`SHOW synchronous_standby_names`);
      return row!.synchronous_standby_names === name;
    });
  }
}
