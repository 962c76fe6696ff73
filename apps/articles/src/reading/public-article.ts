import type { DataSource } from 'typeorm';
import type { ArticleSnapshot, RetractionReason } from '#events';
import type { ArticleState } from '../articles/article.entity.js';
import { digestOf } from '../articles/slugs.js';
import { refuse } from '../problems.js';
import { readableWithoutSubscription } from './paywall.rules.js';

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
  const byId = isUuid(idOrSlug);
  const [row]: Row[] = byId
    ? await db.query(`SELECT ${columns} FROM article WHERE id = $1`, [idOrSlug])
    : await db.query(
        `SELECT ${columns} FROM article_slug JOIN article ON article.id = article_id WHERE article_slug.slug IN ($1, $2)`,
        [idOrSlug, digestOf(idOrSlug)],
      );
  if (!row || row.state === 'draft' || row.state === 'scheduled') throw refuse('article.unknown');
  if (row.state === 'retracted') {
    throw refuse('article.retracted', { reason: row.reason, note: row.note ?? undefined });
  }
  if (!byId && row.slug !== idOrSlug) {
    throw refuse('article.moved', { slug: row.slug, location: `/articles/${row.slug}` });
  }
  const { id, slug, version, access, updated_at: updatedAt } = row;
  const snapshot = isSubscriber || access === 'free' ? row.snapshot! : preview(row.snapshot!);
  return { id, slug, version, snapshot, updatedAt };
}

const preview = (snapshot: string): string =>
  JSON.stringify(readableWithoutSubscription(JSON.parse(snapshot) as ArticleSnapshot));

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
