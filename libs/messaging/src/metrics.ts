import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';

/** Counting stops here: beyond it the number says "very many", and a scrape stays cheap. */
const COUNT_LIMIT = 100_000;

/** Gauges that are read from the tables at each scrape. */
export function measureBacklog(db: DataSource, registry: Registry): void {
  const gauge = (name: string, help: string, sql: string) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const [row] = await db.query(sql);
        this.set(Number(row.value));
      },
    });
  const counted = (table: string) =>
    `SELECT count(*) AS value FROM (SELECT 1 FROM ${table} LIMIT ${COUNT_LIMIT}) AS counted`;
  gauge('outbox_backlog', `Events waiting for the relay, ${COUNT_LIMIT} at most.`, counted('outbox'));
  gauge(
    'outbox_oldest_seconds',
    'Age of the oldest event waiting for the relay.',
    `SELECT coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox ORDER BY id LIMIT 1), 0) AS value`,
  );
  gauge('dead_letters', `Messages set aside, ${COUNT_LIMIT} at most.`, counted('dead_letter'));
}
