import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { withDeadline } from '#jobs';

const gauges = {
  term_changes_waiting: ['Term changes that are not yet propagated to all articles.', 'finished_at IS NULL'],
  term_changes_failed: ['Term changes that failed.', 'failed_at IS NOT NULL'],
} as const;
/** Milliseconds a scrape waits for the database. */
const WITHIN = 2_000;

/** Read from the table at each scrape; absent while the database is unavailable. */
export function measureTermChanges(db: DataSource, registry: Registry): void {
  for (const [name, [help, condition]] of Object.entries(gauges)) {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      async collect() {
        const counting = db.query(`SELECT count(*) AS count FROM term_change WHERE ${condition}`);
        const rows = await withDeadline(WITHIN, counting as Promise<{ count: string }[]>).catch(() => []);
        if (rows[0]) this.set(Number(rows[0].count));
        else this.remove();
      },
    });
    registry.registerMetric(gauge);
  }
}
