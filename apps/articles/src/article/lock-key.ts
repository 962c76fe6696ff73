import type { EntityManager } from 'typeorm';

/** Calls with the same key wait for each other until the transaction ends. */
export async function lockKey(tx: EntityManager, key: string): Promise<void> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}
