import type { EntityManager } from 'typeorm';

/** Seconds until a failed placement is retried: starts at `first`, doubles after each failure, and ends at `longest`. */
const WAITS = { first: 1, longest: 600 };

/** An article whose neighbours are to be found, or removed if it was retracted. */
export interface ToPlace {
  readonly articleId: string;
  /** The version of the card that it was queued for. */
  readonly version: number;
  /** Failed attempts. */
  readonly attempts: number;
}

/**
 * Queues an article in the transaction that changes its card; `first` is for retracted ones. A new version resets the
 * failed attempts.
 */
export async function queueToPlace(
  tx: EntityManager,
  articleId: string,
  version: number,
  { first = false } = {},
): Promise<void> {
  await tx.sql`
    INSERT INTO to_place (article_id, version, due_at)
    VALUES (${articleId}, ${version}, CASE WHEN ${first} THEN '-infinity' ELSE clock_timestamp() END)
    ON CONFLICT (article_id) DO UPDATE SET version = excluded.version, attempts = 0,
      due_at = least(to_place.due_at, excluded.due_at)`;
}

/** The due article with the fewest failures, then the longest due. Locks nothing, so event handlers never wait for it. */
export async function nextToPlace(tx: EntityManager): Promise<ToPlace | undefined> {
  const [next] = await tx.sql<ToPlace[]>`
    SELECT article_id AS "articleId", version, attempts FROM to_place WHERE due_at <= clock_timestamp()
    ORDER BY attempts, due_at LIMIT 1`;
  return next;
}

/** Removes an article from the queue, unless a newer version was queued since it was read. */
export async function removeFromQueue(tx: EntityManager, { articleId, version }: ToPlace): Promise<void> {
  await tx.sql`DELETE FROM to_place WHERE article_id = ${articleId} AND version = ${version}`;
}

/** Moves a failed article behind those with fewer failures. @returns the seconds until it is due again. */
export async function postpone(
  tx: EntityManager,
  { articleId, version, attempts }: ToPlace,
): Promise<number> {
  const wait = Math.min(WAITS.first * 2 ** attempts, WAITS.longest);
  await tx.sql`
    UPDATE to_place SET attempts = attempts + 1, due_at = clock_timestamp() + make_interval(secs => ${wait})
    WHERE article_id = ${articleId} AND version = ${version}`;
  return wait;
}
