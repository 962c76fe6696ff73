import type { EntityManager } from 'typeorm';

/** Candidates per rail; four are shown. */
const CANDIDATES = 12;

interface Row {
  readonly id: string;
}

const idsOf = (rows: readonly Row[]): string[] => rows.map(({ id }) => id);

/** The neighbours of an article, best first. */
export async function relatedTo(tx: EntityManager, articleId: string): Promise<string[]> {
  return idsOf(
    await tx.sql<Row[]>`
      SELECT neighbour_id AS id FROM related WHERE article_id = ${articleId}
      ORDER BY score DESC, neighbour_id LIMIT ${CANDIDATES}`,
  );
}

export async function newestOfSection(tx: EntityManager, slug: string): Promise<string[]> {
  return idsOf(
    await tx.sql<Row[]>`
      SELECT article_id AS id FROM card WHERE section = ${slug} AND NOT gone
      ORDER BY published_at DESC LIMIT ${CANDIDATES}`,
  );
}

export async function newestOfTopic(tx: EntityManager, slug: string): Promise<string[]> {
  return idsOf(
    await tx.sql<Row[]>`
      SELECT article_id AS id FROM card WHERE topics @> ARRAY[${slug}] AND NOT gone
      ORDER BY published_at DESC LIMIT ${CANDIDATES}`,
  );
}

export async function newestOfPlace(tx: EntityManager, slug: string): Promise<string[]> {
  return idsOf(
    await tx.sql<Row[]>`
      SELECT article_id AS id FROM card WHERE places @> ARRAY[${slug}] AND NOT gone
      ORDER BY published_at DESC LIMIT ${CANDIDATES}`,
  );
}
