import type { EntityManager } from 'typeorm';
import { isUuid } from '#api';
import type { ArticleSnapshot, RetractionReason } from '#events';
import { readableWithoutSubscription } from '../article/paywall.rules.js';
import { digestOf } from '../article/slugs.js';
import { refuse } from '../problems.js';

/** A public article, ready to send. The stored JSON is parsed only when some of it must be withheld. */
export interface PublicArticle {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly updatedAt: Date;
  /** JSON of the part of the snapshot that the reader may see. */
  readonly snapshot: string;
}

type Row = { readonly id: string; readonly slug: string } & (
  | { readonly state: 'draft' }
  | { readonly state: 'scheduled' }
  | {
      readonly state: 'published';
      readonly version: number;
      readonly updatedAt: Date;
      readonly snapshot: string;
      readonly access: ArticleSnapshot['access'];
    }
  | { readonly state: 'retracted'; readonly reason: RetractionReason; readonly note: string | null }
);

const columns = () => `article.id, article.slug, article.state, article.published_version AS version,
  article.updated_at AS "updatedAt", article.snapshot::text AS snapshot, article.summary->>'access' AS access,
  article.retraction_reason AS reason, article.retraction_note AS note`;

/**
 * @param isSubscriber whether the reader may see all of a paid article.
 * @throws Refused `article.unknown` (also for an article that is not public yet), `article.moved` for an earlier slug,
 * `article.retracted` with reason and note.
 */
export async function publicArticle(
  db: EntityManager,
  idOrSlug: string,
  { isSubscriber = false }: { readonly isSubscriber?: boolean } = {},
): Promise<PublicArticle> {
  const [found] = isUuid(idOrSlug) ? await articleWithId(db, idOrSlug) : [];
  // Slugs that look like ids predate the rule against them.
  const [row] = found ? [found] : await articleWithSlug(db, idOrSlug);
  if (!row || row.state === 'draft' || row.state === 'scheduled') throw refuse('article.unknown');
  if (row.state === 'retracted') {
    throw refuse('article.retracted', { id: row.id, reason: row.reason, note: row.note ?? undefined });
  }
  if (!found && row.slug !== idOrSlug) {
    throw refuse('article.moved', { id: row.id, slug: row.slug, location: `/articles/${row.slug}` });
  }
  const { id, slug, version, updatedAt } = row;
  const snapshot = isSubscriber || row.access === 'free' ? row.snapshot : preview(row.snapshot);
  return { id, slug, version, snapshot, updatedAt };
}

const articleWithId = (db: EntityManager, id: string): Promise<Row[]> =>
  db.sql`SELECT ${columns} FROM article WHERE id = ${id}`;

/** Finds an article by any slug under which it was ever public. */
const articleWithSlug = (db: EntityManager, slug: string): Promise<Row[]> => db.sql`
  SELECT ${columns} FROM article_slug JOIN article ON article.id = article_id
  WHERE article_slug.slug IN (${slug}, ${digestOf(slug)}) AND (NOT reserved OR article_slug.slug = article.slug)`;

const preview = (snapshot: string): string =>
  JSON.stringify(readableWithoutSubscription(JSON.parse(snapshot) as ArticleSnapshot));
