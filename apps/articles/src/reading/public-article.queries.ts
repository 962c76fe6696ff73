import type { DataSource } from 'typeorm';
import type { ArticleSnapshot, RetractionReason } from '#events';
import type { ArticleState } from '../article/article.entity.js';
import { isUuid } from '../article/article-slug.js';
import { digestOf } from '../article/slugs.js';
import { refuse } from '../problems.js';
import { readableWithoutSubscription } from '../article/paywall.rules.js';

/** A public article, ready to be sent. What is stored goes out as it is unless something of it must be withheld. */
export interface PublicArticle {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly updatedAt: Date;
  /** JSON of what the reader may see of the snapshot. */
  readonly snapshot: string;
}

interface Row {
  readonly id: string;
  readonly slug: string;
  readonly state: ArticleState;
  readonly version: number;
  readonly updated_at: Date;
  readonly snapshot: string | null;
  readonly access: ArticleSnapshot['access'] | null;
  readonly reason: RetractionReason | null;
  readonly note: string | null;
}

const columns = `article.id, article.slug, article.state, article.published_version AS version, article.updated_at,
  article.snapshot::text AS snapshot, article.summary->>'access' AS access, article.retraction_reason AS reason, article.retraction_note AS note`;

/**
 * @param isSubscriber whether the reader may see all of a paid article.
 * @throws Refused `article.unknown` (also for what is not public yet), `article.moved` for an earlier slug,
 * `article.retracted` with reason and note.
 */
export async function publicArticle(
  db: DataSource,
  idOrSlug: string,
  { isSubscriber = false }: { readonly isSubscriber?: boolean } = {},
): Promise<PublicArticle> {
  const [found] = isUuid(idOrSlug) ? await articleWithId(db, idOrSlug) : [];
  // Slugs that look like ids are from before they were refused.
  const [row] = found ? [found] : await articleWithSlug(db, idOrSlug);
  if (!row || row.state === 'draft' || row.state === 'scheduled') throw refuse('article.unknown');
  if (row.state === 'retracted') {
    throw refuse('article.retracted', { id: row.id, reason: row.reason, note: row.note ?? undefined });
  }
  if (!found && row.slug !== idOrSlug) {
    throw refuse('article.moved', { id: row.id, slug: row.slug, location: `/articles/${row.slug}` });
  }
  const { id, slug, version, access, updated_at: updatedAt } = row;
  const snapshot = isSubscriber || access === 'free' ? row.snapshot! : preview(row.snapshot!);
  return { id, slug, version, snapshot, updatedAt };
}

const articleWithId = (db: DataSource, id: string): Promise<Row[]> =>
  db.query(`SELECT ${columns} FROM article WHERE id = $1`, [id]);

/** Under any slug that it ever was public under. */
const articleWithSlug = (db: DataSource, slug: string): Promise<Row[]> =>
  db.query(
    `SELECT ${columns} FROM article_slug JOIN article ON article.id = article_id
     WHERE article_slug.slug IN ($1, $2) AND (NOT reserved OR article_slug.slug = article.slug)`,
    [slug, digestOf(slug)],
  );

const preview = (snapshot: string): string =>
  JSON.stringify(readableWithoutSubscription(JSON.parse(snapshot) as ArticleSnapshot));
