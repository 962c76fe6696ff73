import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { isUuid } from '#api';
import { returnedRows, type Changed } from '#platform';
import { refuse } from '../problems.js';
import type { Article } from './article.js';

/**
 * Every slug that an article has or had belongs to it alone, so an old address never shows another article. A slug whose
 * content is not public yet is reserved: no other article can claim it, and it is not public either. A purge replaces
 * slugs with their digests.
 */

const LONGEST = 120;

/** The slugs that a locked article needs. */
export interface SlugNeeds {
  readonly id: string;
  /** Whether it was ever public, so that its earlier slugs must redirect. */
  readonly wasPublic: boolean;
  /** Slugs under which readers find it, or will. */
  readonly open: readonly string[];
  /** Slugs of unpublished contents. */
  readonly reserved: readonly string[];
}

/** The slugs that an article needs while it is edited or scheduled. */
export const slugsOf = ({ id, slug, draft, approved, publishedVersion }: Article): SlugNeeds => ({
  id,
  wasPublic: publishedVersion !== null,
  open: [slug],
  reserved: [draft?.slug, approved?.slug].filter((one) => one !== undefined).filter((one) => one !== slug),
});

/** The slugs that an article needs when it is published: its previous public slug redirects. */
export function slugsOfPublished(before: Article, after: Article): SlugNeeds {
  const needs = slugsOf(after);
  return before.publishedVersion === null
    ? { ...needs, wasPublic: false }
    : { ...needs, open: [...needs.open, before.slug] };
}

/**
 * Claims the slugs that articles need, and releases their other slugs that were never public.
 * @throws Refused `article.slug-taken` when one belongs to another article.
 */
export async function holdSlugs(tx: EntityManager, all: readonly SlugNeeds[]): Promise<void> {
  const claims = all.flatMap(({ id, open, reserved }) => [
    ...[...new Set(open)].map((slug) => ({ id, slug, reserved: false })),
    ...[...new Set(reserved)]
      .filter((slug) => !open.includes(slug))
      .map((slug) => ({ id, slug, reserved: true })),
  ]);
  const ids = all.map(({ id }) => id);
  const wasPublic = all.map((article) => article.wasPublic);
  await tx.sql`
    DELETE FROM article_slug USING unnest(${ids}::uuid[], ${wasPublic}::boolean[]) AS holder(id, was_public)
    WHERE article_id = holder.id AND (reserved OR NOT was_public) AND slug <> ALL (${claims.map(({ slug }) => slug)})`;
  const claimed = await claim(tx, claims);
  const taken = claims.find(({ slug }) => !claimed.has(slug));
  if (taken) throw refuse('article.slug-taken', { slug: taken.slug });
}

/**
 * Claims `preferred` for a new article or, when that is taken, `preferred` with a suffix.
 * @param seed unique to the article; its hexadecimal digits make the suffix.
 * @returns the claimed slug, at most 120 characters.
 */
export async function claimFreeSlug(
  tx: EntityManager,
  id: string,
  preferred: string,
  seed: string,
): Promise<string> {
  const all = candidates(preferred, seed);
  // Claiming a taken slug would lock its row, and articles with the same headline would wait for each other.
  const taken = await tx.sql<{ slug: string }[]>`SELECT slug FROM article_slug WHERE slug = ANY (${all})`;
  for (const slug of all.filter((one) => !taken.some((row) => row.slug === one))) {
    if ((await claim(tx, [{ id, slug, reserved: false }])).has(slug)) return slug;
  }
  throw refuse('article.slug-taken', { slug: preferred });
}

/** No suffix is as long as the last part of an id, so no candidate looks like an id. */
export function candidates(preferred: string, seed: string): string[] {
  const name = isUuid(preferred) ? `artikel-${preferred}` : preferred;
  const digits = seed.replaceAll(/[^0-9a-f]/g, '');
  const withSuffix = (suffix: string) =>
    `${name.slice(0, LONGEST - suffix.length - 1).replace(/-$/, '')}-${suffix}`;
  return [name, withSuffix(digits.slice(-6)), withSuffix(digits.slice(-16))];
}

interface Claim {
  readonly id: string;
  readonly slug: string;
  readonly reserved: boolean;
}

/** Waits for other transactions that claim the same slugs. @returns the slugs that now belong to the articles. */
async function claim(tx: EntityManager, claims: readonly Claim[]): Promise<Set<string>> {
  const slugs = claims.map(({ slug }) => slug);
  const ids = claims.map(({ id }) => id);
  const reserved = claims.map((one) => one.reserved);
  const rows = await tx.sql<{ slug: string; isNew: boolean }[]>`
    INSERT INTO article_slug (slug, article_id, reserved)
    SELECT * FROM unnest(${slugs}::text[], ${ids}::uuid[], ${reserved}::boolean[]) AS wanted(slug, article_id, reserved)
    ORDER BY slug
    ON CONFLICT (slug) DO UPDATE SET reserved = article_slug.reserved AND excluded.reserved
      WHERE article_slug.article_id = excluded.article_id
    RETURNING slug, xmax = 0 AS "isNew"`;
  const claimed = new Set(rows.map(({ slug }) => slug));
  const fresh = rows.filter(({ isNew }) => isNew).map(({ slug }) => slug);
  // Checked only now, since a purge may have committed while the insert waited.
  for (const slug of await erasedAmong(tx, fresh)) {
    await tx.sql`DELETE FROM article_slug WHERE slug = ${slug}`;
    claimed.delete(slug);
  }
  return claimed;
}

async function erasedAmong(tx: EntityManager, slugs: readonly string[]): Promise<string[]> {
  if (slugs.length === 0) return [];
  const digests = slugs.map(digestOf);
  const rows = await tx.sql<{ slug: string }[]>`SELECT slug FROM article_slug WHERE slug = ANY (${digests})`;
  return slugs.filter((slug) => rows.some((row) => row.slug === digestOf(slug)));
}

/** Releases the reserved slugs of an article that is taken down. */
export async function releaseReserved(tx: EntityManager, { id, slug }: Article): Promise<void> {
  await tx.sql`DELETE FROM article_slug WHERE article_id = ${id} AND reserved AND slug <> ${slug}`;
}

/** Replaces an article's slugs with digests: a slug holds words of the headline, but its address must still respond 410. */
export async function eraseSlugs(tx: EntityManager, articleId: string): Promise<void> {
  const erased = returnedRows(
    await tx.sql<Changed<{ slug: string }>>`
      DELETE FROM article_slug WHERE article_id = ${articleId} RETURNING slug`,
  );
  const digests = erased.map(({ slug }) => (slug.startsWith(PREFIX) ? slug : digestOf(slug)));
  await tx.sql`
    INSERT INTO article_slug (slug, article_id) SELECT unnest(${digests}::text[]), ${articleId} ON CONFLICT DO NOTHING`;
}

const PREFIX = 'sha256:';
/** A digest that replaces an erased text: enough to recognize it, not to read it. */
export const digestOf = (text: string): string => PREFIX + createHash('sha256').update(text).digest('hex');
