import type { EntityManager } from 'typeorm';
import type { AliasNumbers } from './alias.rules.js';
import type { Thread } from '../comments/thread.entity.js';

/**
 * Gives readers who are new under an article their numbers. The thread is locked. Numbers that are taken already, by
 * readers who came before numbers were counted, are passed over; each of them once for as long as the article lives.
 * @returns how many numbers the article has used up, to be stored with the thread.
 */
export async function numberReaders(
  tx: EntityManager,
  { articleId, aliases: used }: Thread,
  numbers: AliasNumbers,
  readers: readonly string[],
): Promise<{ given: Map<string, number>; used: number }> {
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
    await tx.query(
      `INSERT INTO alias (article_id, reader, number)
       SELECT $1, reader, number FROM unnest($2::text[], $3::int[]) AS one (reader, number)`,
      [articleId, readers, free],
    );
  }
  return { given: new Map(readers.map((reader, i) => [reader, free[i]!])), used: next };
}

async function takenNumbers(
  tx: EntityManager,
  articleId: string,
  candidates: readonly number[],
): Promise<Set<number>> {
  const rows: { number: number }[] = await tx.query(
    `SELECT number FROM alias WHERE article_id = $1 AND number = ANY($2::int[])`,
    [articleId, candidates],
  );
  return new Set(rows.map(({ number }) => number));
}
