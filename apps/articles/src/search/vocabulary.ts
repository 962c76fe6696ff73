import type { EntityManager } from 'typeorm';
import { returnedRows, type Changed } from '#platform';
import { partsOf, piecesOf, splitOf, wordsOfSplit, type Piece } from './compounds.rules.js';
import { deletionsOf } from './typos.rules.js';
import type { Token } from './words.js';

/** A word, as the search knows it. */
export interface Word {
  /** Undefined for stop words. */
  readonly stem?: string;
  /** The stems of its parts, if the archive has split it. */
  readonly parts: readonly string[];
  /** Whether an article has it in this form. */
  readonly known: boolean;
}

/** A word of the archive. */
export interface KnownWord {
  readonly form: string;
  /** One of its spellings. */
  readonly spelling: string;
  readonly stem: string;
}

/** Words by spelling, because "für" is a stop word and "Fur" is not. */
export type Words = ReadonlyMap<string, Word>;

/** Anything that runs statements: a transaction, or a migration. */
export type Db = Pick<EntityManager, 'query' | 'sql'>;

type Spelled = Pick<Token, 'spelling' | 'form'>;

/** Looks words up, many at once. */
export async function lookUp(db: Db, words: Iterable<Spelled>): Promise<Words> {
  const forms = new Map([...words].map(({ spelling, form }) => [spelling, form]));
  // One text in and one out: hundreds of parameters and rows would cost more than the lookup. A word that is known in
  // this spelling is not a stop word, and its stem is stored.
  const spelled = { words: [...forms.keys()].join(' '), forms: [...forms.values()].join(' ') };
  const [{ found }] = await db.sql<[{ found: [string, string | null, string[] | null, boolean][] | null }]>`
    SELECT json_agg(json_build_array(word.spelling, CASE WHEN own.spelling = word.spelling THEN own.stem
        WHEN ts_lexize('german_stem', word.spelling) = '{}' THEN NULL
        ELSE coalesce(own.stem, (ts_lexize('german_stem', word.form))[1], word.form) END,
      nullif(parts, '{}'), own.form IS NOT NULL)) AS found
    FROM unnest(string_to_array(${spelled.words}, ' '), string_to_array(${spelled.forms}, ' ')) AS word(spelling, form)
      LEFT JOIN search_vocabulary AS own ON own.form = word.form`;
  return new Map(
    (found ?? []).map(([spelling, stem, parts, known]) => [
      spelling,
      { stem: stem ?? undefined, parts: parts ?? [], known },
    ]),
  );
}

/** Those of the stems that occur in articles, in any form. */
export async function knownStems(db: Db, stems: readonly string[]): Promise<Set<string>> {
  const rows = await db.sql<{ stem: string }[]>`
    SELECT DISTINCT stem FROM search_vocabulary WHERE stem = ANY(${stems})`;
  return new Set(rows.map(({ stem }) => stem));
}

/** Whether a form can be a compound or have typos. */
const isLearnable = (form: string): boolean => /^\p{L}{3,40}$/u.test(form);

/** Learns words. @returns the words as they were known before, and the forms that are new. */
export async function learn(db: Db, words: readonly Spelled[]): Promise<{ words: Words; fresh: string[] }> {
  const found = await lookUp(db, words);
  const fresh = new Map(
    words.flatMap(({ spelling, form }) => {
      const { stem, known } = found.get(spelling)!;
      return stem === undefined || known || !isLearnable(form)
        ? []
        : [[form, { form, spelling, stem }] as const];
    }),
  );
  await insert(db, [...fresh.values()]);
  return { words: found, fresh: [...fresh.keys()] };
}

async function insert(db: Db, words: readonly KnownWord[]): Promise<void> {
  if (words.length === 0) return;
  const rows = words.map((word) => ({ ...word, deletions: deletionsOf(word.form) }));
  await db.sql`
    INSERT INTO search_vocabulary (form, spelling, stem, deletions)
    SELECT form, spelling, stem, deletions
    FROM json_to_recordset(${JSON.stringify(rows)}) AS word(form text, spelling text, stem text, deletions text[])
    ORDER BY form ON CONFLICT DO NOTHING`;
}

/**
 * Splits known words again with the current vocabulary, and learns their pieces.
 * @returns the stems of the words whose parts have changed.
 */
export async function split(db: Db, forms: readonly string[]): Promise<string[]> {
  const splits = await splitUp(db, forms);
  if (splits.size === 0) return [];
  const pieces = [...splits.values()].flatMap(({ words }) => [...words]);
  await insert(
    db,
    pieces.map(([form, stem]) => ({ form, spelling: form, stem })),
  );
  const rows = [...splits].map(([form, { parts }]) => ({ form, parts }));
  const changed = returnedRows(
    await db.sql<Changed<{ stem: string }>>`
      UPDATE search_vocabulary AS word SET parts = split.parts
      FROM json_to_recordset(${JSON.stringify(rows)}) AS split(form text, parts text[])
      WHERE word.form = split.form AND word.parts <> split.parts RETURNING word.stem`,
  );
  return changed.map(({ stem }) => stem);
}

interface Parts {
  /** Stems, including those of parts of parts. */
  readonly parts: string[];
  /** The pieces that are words by themselves, with their stems. */
  readonly words: ReadonlyMap<string, string>;
}

/** The splits of the words that can be split. @param given forms to treat as known. */
export async function splitUp(
  db: Db,
  forms: readonly string[],
  given: readonly string[] = [],
): Promise<Map<string, Parts>> {
  const known = await lookUpPieces(db, forms.flatMap(piecesOf));
  for (const form of given) {
    const piece = known.get(form);
    if (piece) known.set(form, { ...piece, known: 'form' });
  }
  return new Map(
    forms.flatMap((form) => {
      const found = splitOf(form, known);
      if (!found) return [];
      const words = wordsOfSplit(found, known).map((piece) => [piece, known.get(piece)!.stem] as const);
      return [[form, { parts: partsOf(found, known), words: new Map(words) }] as const];
    }),
  );
}

async function lookUpPieces(db: Db, pieces: readonly string[]): Promise<Map<string, Piece>> {
  if (pieces.length === 0) return new Map();
  const rows = await db.sql<{ form: string; stem: string; parts: string[] | null; known: Piece['known'] }[]>`
    SELECT piece.form, stem, kin.parts,
      CASE WHEN stop OR kin.form IS NULL THEN 'no' WHEN kin.form = piece.form THEN 'form' ELSE 'stem' END AS known
    FROM (
      SELECT form, coalesce((ts_lexize('german_stem', form))[1], form) AS stem,
        ts_lexize('german_stem', form) = '{}' AS stop FROM unnest(${[...new Set(pieces)]}::text[]) AS form
    ) AS piece LEFT JOIN LATERAL (
      SELECT word.form, word.parts FROM search_vocabulary AS word WHERE word.stem = piece.stem
      ORDER BY word.form <> piece.form, length(word.form) LIMIT 1
    ) AS kin ON true`;
  return new Map(rows.map(({ form, stem, parts, known }) => [form, { stem, parts: parts ?? [], known }]));
}

/** Known words that start or end with one of `parts` and may be compounds of it, shortest first. */
export async function wordsAround(db: Db, parts: readonly string[], most: number): Promise<KnownWord[]> {
  if (parts.length === 0) return [];
  // Ranges, since LIKE with a pattern that is not constant uses no index.
  return db.sql`
    SELECT DISTINCT around.form, around.spelling, around.stem FROM unnest(${parts}::text[]) AS part, LATERAL (
      (SELECT form, spelling, stem FROM search_vocabulary WHERE form > part AND form < part || chr(1114111)
        AND length(form) >= length(part) + 3 ORDER BY length(form) LIMIT ${most})
      UNION ALL
      (SELECT form, spelling, stem FROM search_vocabulary WHERE reverse(form) > reverse(part)
        AND reverse(form) < reverse(part) || chr(1114111) AND length(form) >= length(part) + 3
        ORDER BY length(form) LIMIT ${most})
    ) AS around`;
}

/** Forgets words, and the pieces of their splits, that no article has any more. */
export async function forget(db: Db, forms: readonly string[]): Promise<void> {
  const all = [...new Set([...forms, ...forms.flatMap(piecesOf)])];
  await db.sql`
    DELETE FROM search_vocabulary WHERE form = ANY(${all}) AND NOT EXISTS (
      SELECT FROM article_search
      WHERE document @@ (quote_literal(stem) || ' | ' || quote_literal('+' || stem))::tsquery)`;
}
