import pLimit from 'p-limit';
import type { Editor, TestDatabase } from '#testing';

/** Creates complete drafts, all scheduled for the same distant time. */
export async function scheduleArticles(editor: Editor, count: number): Promise<void> {
  const publishAt = new Date(Date.now() + 3_600_000).toISOString();
  await pLimit(16).map(Array.from({ length: count }).keys(), async (i) => {
    const draft = await editor.draft({ headline: `Zur gleichen Zeit ${i}` });
    await editor.change(draft, 'POST', '/schedule', { publishAt });
  });
}

/** Reschedules all scheduled articles to `inMs` milliseconds from now, by the clock of the database. */
export async function makeDueIn(articlesDb: TestDatabase, inMs: number): Promise<Date> {
  const [row] = await articlesDb.query<{ at: Date }>(
    `WITH moved AS (UPDATE article SET publish_at = clock_timestamp() + make_interval(secs => $1::float / 1000)
       WHERE publish_at IS NOT NULL RETURNING publish_at) SELECT max(publish_at) AS at FROM moved`,
    [inMs],
  );
  await articlesDb.query(`UPDATE article SET publish_at = $1 WHERE publish_at IS NOT NULL`, [row!.at]);
  return row!.at;
}

export async function publishedCount(articlesDb: TestDatabase): Promise<number> {
  const [row] = await articlesDb.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM article WHERE state = 'published'`,
  );
  return row!.n;
}
