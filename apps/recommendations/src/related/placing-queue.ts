import type { EntityManager } from 'typeorm';

/** Seconds until a failed placement is tried again: doubled each time from the first to the second. */
const WAITS = { first: 1, longest: 600 };

/** An article whose neighbours are to be found, or let go of when its card is gone. */
export interface ToPlace {
  readonly articleId: string;
  /** The version of the card that it was queued for. */
  readonly version: number;
  /** How often it has failed. */
  readonly attempts: number;
}

/**
 * Queues an article in the transaction that changes its card. Retracted ones go first; one that has failed is new again
 * with its new text.
 */
export async function queueToPlace(
  tx: EntityManager,
  articleId: string,
  version: number,
  { first = false } = {},
): Promise<void> {
  await tx.query(
    `INSERT INTO to_place (article_id, version, due_at)
     VALUES ($1, $2, CASE WHEN $3 THEN '-infinity' ELSE clock_timestamp() END)
     ON CONFLICT (article_id) DO UPDATE SET version = excluded.version, attempts = 0,
       due_at = least(to_place.due_at, excluded.due_at)`,
    [articleId, version, first],
  );
}

/** The oldest that is due, those that have failed last. Locks nothing: the handlers of events never wait for a placement. */
export async function nextToPlace(tx: EntityManager): Promise<ToPlace | undefined> {
  const [row] = await tx.query(
    `SELECT article_id AS "articleId", version, attempts FROM to_place WHERE due_at <= clock_timestamp()
     ORDER BY attempts, due_at LIMIT 1`,
  );
  return row;
}

/** Takes an article out of the queue, unless it has been queued anew since it was read. */
export async function takeOut(tx: EntityManager, { articleId, version }: ToPlace): Promise<void> {
  await tx.query(`DELETE FROM to_place WHERE article_id = $1 AND version = $2`, [articleId, version]);
}

/** Puts an article back behind all others. @returns the seconds until it is due again. */
export async function postpone(
  tx: EntityManager,
  { articleId, version, attempts }: ToPlace,
): Promise<number> {
  const wait = Math.min(WAITS.first * 2 ** attempts, WAITS.longest);
  await tx.query(
    `UPDATE to_place SET attempts = attempts + 1, due_at = clock_timestamp() + make_interval(secs => $3)
     WHERE article_id = $1 AND version = $2`,
    [articleId, version, wait],
  );
  return wait;
}
