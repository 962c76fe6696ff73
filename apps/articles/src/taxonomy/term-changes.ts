import type { EntityManager } from 'typeorm';
import type { ActorRef } from '../article/audit.js';

/** Requests that the articles of a term, and of all places in it, be republished: their lists may change. */
export async function requestPropagation(tx: EntityManager, termId: string, by: ActorRef): Promise<void> {
  await tx.sql`
    WITH RECURSIVE changed AS (
      SELECT ${termId}::uuid AS id UNION SELECT term.id FROM term JOIN changed ON term.parent_id = changed.id
    ) INSERT INTO term_change (term_id, by_id, by_name) SELECT id, ${by.id}, ${by.name} FROM changed`;
}
