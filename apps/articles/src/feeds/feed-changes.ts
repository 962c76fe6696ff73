import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';

/** A file of a list: of all articles, or of a term. */
export interface FeedFile {
  readonly listId: string;
  readonly file: string;
}

/**
 * Since when a feed has held this text, for `Last-Modified`. The text itself decides, whatever changed it: an article, a
 * retraction, a renamed term, time that passed, a new version of this service. Two texts never have the same second, so
 * `If-Modified-Since` hides no change.
 * @returns undefined for the first 2 s: a date that young could still be that of the next change (RFC 9110, 8.8.2.2).
 */
export async function changedAt(
  db: DataSource,
  { listId, file }: FeedFile,
  text: string,
): Promise<Date | undefined> {
  const digest = createHash('sha256').update(text).digest('base64url');
  const [known]: { changed_at: Date; settled: boolean }[] = await db.query(
    `SELECT changed_at, changed_at < clock_timestamp() - interval '2 seconds' AS settled
     FROM feed_change WHERE list_id = $1 AND file = $2 AND digest = $3`,
    [listId, file, digest],
  );
  if (known) return known.settled ? known.changed_at : undefined;
  await db.query(
    `INSERT INTO feed_change (list_id, file, digest, changed_at) VALUES ($1, $2, $3, clock_timestamp())
     ON CONFLICT (list_id, file) DO UPDATE SET digest = excluded.digest,
       changed_at = greatest(excluded.changed_at, feed_change.changed_at + interval '1 second')`,
    [listId, file, digest],
  );
  return undefined;
}
