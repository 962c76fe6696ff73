import type { EntityManager } from 'typeorm';

/** Milliseconds for which a process stays the owner after its last renewal. A process that stops releases it at once. */
const LEASE = 1_000;
/** Milliseconds after which it is renewed. */
const RENEW_AFTER = 300;

/** Who relayed last, and how many milliseconds ago it said so. */
export interface RelayLease {
  readonly owner: string | null;
  readonly age: number;
}

/**
 * Takes the relay's lock for this transaction. It keeps relays from working at the same time, also behind PgBouncer; the
 * server ends it with the transaction when this process hangs for a minute. The commit is not waited for on disk: should
 * the server crash, rows come back and are published again.
 * @returns who relayed last, or undefined when another process has the lock.
 */
export async function lockRelay(tx: EntityManager): Promise<RelayLease | undefined> {
  const [row] = await tx.query(
    `SELECT set_config('idle_in_transaction_session_timeout', '60s', true),
       set_config('synchronous_commit', 'off', true),
       pg_try_advisory_xact_lock(hashtext('newsroom.relay')) AS locked,
       (SELECT owner FROM relay_owner) AS owner,
       (SELECT extract(epoch FROM clock_timestamp() - renewed_at) * 1000 FROM relay_owner) AS age`,
  );
  return row.locked ? { owner: row.owner, age: Number(row.age) } : undefined;
}

/**
 * Makes `owner` the process that relays, under the relay's lock. A change of owner costs a new producer, so another
 * process stays the owner while its lease runs: it will find the rows itself within milliseconds.
 * @returns `kept` when it was the owner already, `taken` when another was, `left` when another still is.
 */
export async function claimRelay(
  tx: EntityManager,
  owner: string,
  lease: RelayLease,
): Promise<'kept' | 'taken' | 'left'> {
  const isOurs = lease.owner === owner;
  // A clock that was set back makes the lease look newer than now; it is then as good as expired.
  const isYoungerThan = (ms: number) => lease.age >= 0 && lease.age < ms;
  if (isOurs && isYoungerThan(RENEW_AFTER)) return 'kept';
  if (lease.owner !== null && !isOurs && isYoungerThan(LEASE)) return 'left';
  await tx.query(
    `INSERT INTO relay_owner (owner, renewed_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (one) DO UPDATE SET owner = excluded.owner, renewed_at = excluded.renewed_at`,
    [owner],
  );
  return isOurs ? 'kept' : 'taken';
}

/**
 * Renews the lease at the end of a round, so that it has not expired when the round commits.
 * @param took milliseconds of the round; a short one needs no statement of its own.
 */
export async function renewRelay(tx: EntityManager, owner: string, took: number): Promise<void> {
  if (took < RENEW_AFTER) return;
  await tx.query(`UPDATE relay_owner SET renewed_at = clock_timestamp() WHERE owner = $1`, [owner]);
}

/** Lets the next process take over at once; called when this one stops. Does not wait for one that is just doing so. */
export async function releaseRelay(tx: EntityManager, owner: string): Promise<void> {
  await tx.query(
    `UPDATE relay_owner SET renewed_at = to_timestamp(0)
     WHERE one IN (SELECT one FROM relay_owner WHERE owner = $1 FOR UPDATE SKIP LOCKED)`,
    [owner],
  );
}
