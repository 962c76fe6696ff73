import type { EntityManager } from 'typeorm';
import type { AliasNumbers } from './alias.rules.js';

/**
 * Assigns numbers to readers who are new to an article. The caller has locked its thread. Skips numbers that are taken,
 * because they were assigned before `thread.aliases` existed; each is skipped only once.
 * @param used how many numbers the article has used.
 * @returns the number of each reader, and how many are used now, to be stored with the thread.
 */
export async function numberReaders(
  tx: EntityManager,
  { articleId, used }: { articleId: string; used: number },
  numbers: AliasNumbers,
  readers: readonly string[],
): Promise<{ numberOf: Map<string, number>; used: number }> {
  const free: number[] = [];
  let next = used;
  for (let looks = readers.length; free.length < readers.length; looks *= 2) {
    const candidates = Array.from({ length: looks }, (_, i) => numbers.at(next + i));
    const taken = await takenNumbers(tx, articleId, candidates);
    for (const number of candidates) {
      if (free.length === readers.length) break;
      if (!taken.has(number)) free.push(number);
      next++;
    }
  }
  if (readers.length > 0) {
    await tx.sql`
      INSERT INTO alias (article_id, reader, number)
      SELECT ${articleId}, reader, number
      FROM unnest(${readers}::text[], ${free}::int[]) AS numbered (reader, number)`;
  }
  return { numberOf: new Map(readers.map((reader, i) => [reader, free[i]!])), used: next };
}

async function takenNumbers(
  tx: EntityManager,
  articleId: string,
  candidates: readonly number[],
): Promise<Set<number>> {
  const rows = await tx.sql<{ number: number }[]>`
    SELECT number FROM alias WHERE article_id = ${articleId} AND number = ANY(${candidates}::int[])`;
  return new Set(rows.map(({ number }) => number));
}
