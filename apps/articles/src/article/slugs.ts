import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { refuse } from '../problems.js';
import type { Article } from './article.entity.js';
import { isUuid } from './article-slug.js';

/**
 * Every slug that an article has or had belongs to it alone, so an old address never shows another story. A slug whose
 * content is not public yet is reserved: no other article gets it, and readers do not find it. Of erased slugs only the
 * digests are kept.
 */

const LONGEST = 120;

/** The slugs that a locked article needs. */
export interface SlugNeeds {
  readonly id: string;
  /** Whether it was ever public, so that its former slugs must redirect. */
  readonly wasPublic: boolean;
  /** Under which readers find it, or will. */
  readonly open: readonly string[];
  /** Of contents that wait to be published. */
  readonly reserved: readonly string[];
}

/** What an article needs that is being edited or scheduled. */
export const slugsOf = ({ id, slug, draft, approved, publishedVersion }: Article): SlugNeeds => ({
  id,
  wasPublic: publishedVersion !== null,
  open: [slug],
  reserved: [draft?.slug, approved?.slug].filter((one) => one !== undefined && one !== slug) as string[],
});

/**
 * Claims the slugs that articles need, and gives back those that readers never knew and nothing needs any more.
 * @throws Refused `article.slug-taken` when one leads to another article.
 */
export async function holdSlugs(tx: EntityManager, all: readonly SlugNeeds[]): Promise<void> {
  const claims = all.flatMap(({ id, open, reserved }) => [
    ...[...new Set(open)].map((slug) => ({ id, slug, reserved: false })),
    ...[...new Set(reserved)]
      .filter((slug) => !open.includes(slug))
      .map((slug) => ({ id, slug, reserved: true })),
  ]);
  await tx.query(
    `DELETE FROM article_slug USING unnest($1::uuid[], $2::boolean[]) AS holder(id, was_public)
     WHERE article_id = holder.id AND (reserved OR NOT was_public) AND slug <> ALL ($3)`,
    [all.map(({ id }) => id), all.map(({ wasPublic }) => wasPublic), claims.map(({ slug }) => slug)],
  );
  const claimed = await claim(tx, claims);
  const taken = claims.find(({ slug }) => !claimed.has(slug));
  if (taken) throw refuse('article.slug-taken', { slug: taken.slug });
}

/**
 * Claims `wished` for a new article, or where it is taken the same with a tail made of `seed`, hexadecimal digits that
 * no other article has. @returns what was claimed, 120 characters at most.
 */
export async function claimFreeSlug(
  tx: EntityManager,
  id: string,
  wished: string,
  seed: string,
): Promise<string> {
  const all = candidates(wished, seed);
  // To claim one that is taken would lock it, and let articles with one headline wait for each other.
  const taken: { slug: string }[] = await tx.query(`SELECT slug FROM article_slug WHERE slug = ANY ($1)`, [
    all,
  ]);
  for (const slug of all.filter((one) => !taken.some((row) => row.slug === one))) {
    if ((await claim(tx, [{ id, slug, reserved: false }])).has(slug)) return slug;
  }
  throw refuse('article.slug-taken', { slug: wished });
}

/** The tails are never as long as the last part of an id, so that nothing here looks like one. */
export function candidates(wished: string, seed: string): string[] {
  const name = isUuid(wished) ? `artikel-${wished}` : wished;
  const digits = seed.replaceAll(/[^0-9a-f]/g, '');
  const withTail = (tail: string) => `${name.slice(0, LONGEST - tail.length - 1).replace(/-$/, '')}-${tail}`;
  return [name, withTail(digits.slice(-6)), withTail(digits.slice(-16))];
}

interface Claim {
  readonly id: string;
  readonly slug: string;
  readonly reserved: boolean;
}

/** @returns the slugs that are the articles' own now; waits for whoever is claiming one of them at the same moment. */
async function claim(tx: EntityManager, claims: readonly Claim[]): Promise<Set<string>> {
  const rows: { slug: string; isNew: boolean }[] = await tx.query(
    `INSERT INTO article_slug (slug, article_id, reserved)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::boolean[]) AS wanted(slug, article_id, reserved) ORDER BY slug
     ON CONFLICT (slug) DO UPDATE SET reserved = article_slug.reserved AND excluded.reserved
       WHERE article_slug.article_id = excluded.article_id
     RETURNING slug, xmax = 0 AS "isNew"`,
    [claims.map(({ slug }) => slug), claims.map(({ id }) => id), claims.map(({ reserved }) => reserved)],
  );
  const claimed = new Set(rows.map(({ slug }) => slug));
  const fresh = rows.filter(({ isNew }) => isNew).map(({ slug }) => slug);
  // Only now, since whoever erased an article may have committed while this waited.
  for (const slug of await erasedAmong(tx, fresh)) {
    await tx.query(`DELETE FROM article_slug WHERE slug = $1`, [slug]);
    claimed.delete(slug);
  }
  return claimed;
}

async function erasedAmong(tx: EntityManager, slugs: readonly string[]): Promise<string[]> {
  if (slugs.length === 0) return [];
  const rows: { slug: string }[] = await tx.query(`SELECT slug FROM article_slug WHERE slug = ANY ($1)`, [
    slugs.map(digestOf),
  ]);
  return slugs.filter((slug) => rows.some((row) => row.slug === digestOf(slug)));
}

/** Gives back what was reserved for contents of an article that is taken down. */
export async function releaseReserved(tx: EntityManager, { id, slug }: Article): Promise<void> {
  await tx.query(`DELETE FROM article_slug WHERE article_id = $1 AND reserved AND slug <> $2`, [id, slug]);
}

/** Replaces an article's slugs by their digests: they hold words of the headline, but must go on answering «gone». */
export async function eraseSlugs(tx: EntityManager, articleId: string): Promise<void> {
  const [rows]: [{ slug: string }[], number] = await tx.query(
    `DELETE FROM article_slug WHERE article_id = $1 RETURNING slug`,
    [articleId],
  );
  await tx.query(
    `INSERT INTO article_slug (slug, article_id) SELECT unnest($2::text[]), $1 ON CONFLICT DO NOTHING`,
    [articleId, rows.map(({ slug }) => (slug.startsWith(PREFIX) ? slug : digestOf(slug)))],
  );
}

const PREFIX = 'sha256:';
/** What is left of a text that was erased: enough to recognise it, not to read it. */
export const digestOf = (text: string): string => PREFIX + createHash('sha256').update(text).digest('hex');
