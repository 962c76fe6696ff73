import type { EntityManager } from 'typeorm';

/** Milliseconds for which a lease is valid. A process that stops releases it at once. */
const LEASE = 1_000;
/** Milliseconds after which the owner renews it. */
const RENEW_AFTER = 300;

/** The process that relayed last, and the milliseconds since it renewed its lease. */
export interface RelayLease {
  readonly owner: string | null;
  readonly age: number;
}

/**
 * Takes the relay's lock for this transaction, so that only one relay works at a time, even behind PgBouncer. The
 * server releases it with the transaction when this process hangs for a minute. The commit does not wait for the disk:
 * if the server crashes, deleted rows come back and are published again.
 * @returns the last lease, or undefined when another process holds the lock.
 */
export async function lockRelay(tx: EntityManager): Promise<RelayLease | undefined> {
  const [row] = await tx.sql<[{ locked: boolean; owner: string | null; age: string | null }]>`
    SELECT set_config('idle_in_transaction_session_timeout', '60s', true),
      set_config('synchronous_commit', 'off', true),
      pg_try_advisory_xact_lock(hashtext('newsroom.relay')) AS locked,
      (SELECT owner FROM relay_owner) AS owner,
      (SELECT extract(epoch FROM clock_timestamp() - renewed_at) * 1000 FROM relay_owner) AS age`;
  return row.locked ? { owner: row.owner, age: Number(row.age) } : undefined;
}

/**
 * Makes `owner` the relaying process, under the relay's lock. A new owner has to open a new producer, so while the lease of
 * another process is valid the rows are left to that one: it finds them within milliseconds.
 * @returns `kept` when `owner` had the lease already, `taken` when it has it now, `left` when another process keeps it.
 */
export async function claimRelay(
  tx: EntityManager,
  owner: string,
  lease: RelayLease,
): Promise<'kept' | 'taken' | 'left'> {
  const isOurs = lease.owner === owner;
  // After a clock was set back the lease is dated in the future; it then counts as expired.
  const isYoungerThan = (ms: number) => lease.age >= 0 && lease.age < ms;
  if (isOurs && isYoungerThan(RENEW_AFTER)) return 'kept';
  if (lease.owner !== null && !isOurs && isYoungerThan(LEASE)) return 'left';
  await tx.sql`
    INSERT INTO relay_owner (owner, renewed_at) VALUES (${owner}, clock_timestamp())
    ON CONFLICT (one) DO UPDATE SET owner = excluded.owner, renewed_at = excluded.renewed_at`;
  return isOurs ? 'kept' : 'taken';
}

/**
 * Renews the lease at the end of a long round, so that it is still valid when the round commits.
 * @param took milliseconds of the round; a short one needs no renewal.
 */
export async function renewRelay(tx: EntityManager, owner: string, took: number): Promise<void> {
  if (took < RENEW_AFTER) return;
  await tx.sql`UPDATE relay_owner SET renewed_at = clock_timestamp() WHERE owner = ${owner}`;
}

/** Lets another process take over at once; called when this one stops. Does not wait for a process that is taking over. */
export async function releaseRelay(tx: EntityManager, owner: string): Promise<void> {
  await tx.sql`
    UPDATE relay_owner SET renewed_at = to_timestamp(0)
    WHERE one IN (SELECT one FROM relay_owner WHERE owner = ${owner} FOR UPDATE SKIP LOCKED)`;
}
