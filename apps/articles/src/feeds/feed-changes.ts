import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';

/** A feed file of a list: of all articles, or of a term. */
export interface FeedFile {
  readonly listId: string;
  readonly file: string;
}

/**
 * When a feed last changed, for `Last-Modified`. Records a new text when it is first read. The text itself decides,
 * whatever changed it: an article, a retraction, a renamed term, the time, a new version of this service. Two texts
 * never share a second, so `If-Modified-Since` hides no change.
 * @returns undefined for the first 2 s: the next change could still get the same date (RFC 9110, 8.8.2.2).
 */
export async function changedAt(
  db: EntityManager,
  { listId, file }: FeedFile,
  text: string,
): Promise<Date | undefined> {
  const digest = createHash('sha256').update(text).digest('base64url');
  const [known] = await db.sql<{ changedAt: Date; settled: boolean }[]>`
    SELECT changed_at AS "changedAt", changed_at < clock_timestamp() - interval '2 seconds' AS settled
    FROM feed_change WHERE list_id = ${listId} AND file = ${file} AND digest = ${digest}`;
  if (known) return known.settled ? known.changedAt : undefined;
  await db.sql`
    INSERT INTO feed_change (list_id, file, digest, changed_at)
    VALUES (${listId}, ${file}, ${digest}, clock_timestamp())
    ON CONFLICT (list_id, file) DO UPDATE SET digest = excluded.digest,
      changed_at = greatest(excluded.changed_at, feed_change.changed_at + interval '1 second')`;
  return undefined;
}
