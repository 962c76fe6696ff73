import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { withDeadline } from '#jobs';

/** Counting stops here, so that a scrape stays cheap. */
const COUNT_LIMIT = 100_000;
/** Milliseconds that a scrape waits for the database. */
const WITHIN = 2_000;

const counted = (table: string): string =>
  `(SELECT count(*) FROM (SELECT 1 FROM ${table} LIMIT ${COUNT_LIMIT}) AS counted)`;

const gauges = {
  outbox_backlog: [`Events waiting for the relay, ${COUNT_LIMIT} at most.`, counted('outbox')],
  outbox_oldest_seconds: [
    'Age of the oldest event waiting for the relay.',
    `coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox ORDER BY id LIMIT 1), 0)`,
  ],
  outbox_refused: [
    `Events held back because the log refused them or an earlier event of their key, ${COUNT_LIMIT} at most.`,
    counted('refused_event'),
  ],
  loopback_backlog: [
    `Events queued for subscribers that failed or were too slow, ${COUNT_LIMIT} at most.`,
    counted('loopback_backlog'),
  ],
  dead_letters: [`Dead letters of this service, ${COUNT_LIMIT} at most.`, counted('dead_letter')],
} as const satisfies Record<string, readonly [help: string, sql: string]>;

type Name = keyof typeof gauges;
const names = Object.keys(gauges) as Name[];
const sql = `SELECT ${names.map((name) => `${gauges[name][1]} AS ${name}`).join(', ')}`;

/**
 * Registers gauges that each scrape reads from the tables. While the database does not answer, only these gauges are missing.
 */
export function measureBacklog(db: DataSource, registry: Registry): void {
  let reading: Promise<Record<Name, string> | undefined> | undefined;
  /** One query per scrape, which the first gauge starts; never two at a time. */
  const read = (): Promise<Record<Name, string> | undefined> => {
    reading ??= readOnce(db).finally(() => setImmediate(() => (reading = undefined)));
    return reading;
  };
  for (const name of names) {
    const gauge = new Gauge({
      name,
      help: gauges[name][0],
      registers: [],
      async collect() {
        const row = await withDeadline(WITHIN, read()).catch(() => undefined);
        if (row) this.set(Number(row[name]));
        else this.remove();
      },
    });
    registry.registerMetric(gauge);
  }
}

async function readOnce(db: DataSource): Promise<Record<Name, string> | undefined> {
  try {
    return await db.transaction(async (tx) => {
      await tx.sql`SELECT set_config('statement_timeout', ${String(WITHIN)}, true)`;
      const [row] = await tx.query(sql);
      return row;
    });
  } catch {
    return undefined;
  }
}
