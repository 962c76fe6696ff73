import type { DataSource, EntityManager } from 'typeorm';
import type { Outbox } from '#messaging';
import { createDataSource, createLogger } from '#platform';
import type { DraftArticle } from '../apps/articles/src/article/article.js';
import { insertArticles } from '../apps/articles/src/article/article-store.js';
import { begin, publishAsOf } from '../apps/articles/src/article/article.rules.js';
import type { ArticleDraft } from '../apps/articles/src/article/article-content.js';
import { database } from '../apps/articles/src/database.js';
import { publicationOf, Publisher } from '../apps/articles/src/publishing/publisher.js';
import { ResolvedTerms } from '../apps/articles/src/taxonomy/resolved-terms.js';
import { inLanes } from '../test/articles/replicas.js';
import { germanArticle, germanTexts } from './german-articles.js';

const BATCH = 200;
const LANES = 2;
const MINUTE = 60_000;

/** Nobody listens to what is only there to be read. */
const silent = { addAll: async () => undefined } as unknown as Outbox;

/**
 * Fills the database of the articles service with the articles `from` to `to` - 1, a minute apart, the way the service
 * itself writes them, only many at a time.
 */
export async function fillArticles(url: string, from: number, to: number): Promise<void> {
  const texts = await germanTexts();
  const db = createDataSource(
    'bench',
    url,
    { databasePool: LANES + 1, databaseUrl: url },
    database,
    createLogger('bench', 'warn'),
  );
  await db.initialize();
  const publisher = new Publisher(silent);
  try {
    await db.transaction((tx) => furnish(tx, [...new Set(texts.map(({ section }) => section))]));
    const newest = Date.now();
    await inLanes(LANES, Math.ceil((to - from) / BATCH), async (batch) => {
      const first = from + batch * BATCH;
      const numbers = Array.from({ length: Math.min(BATCH, to - first) }, (_, i) => first + i);
      await db.transaction(async (tx) => {
        const articles = numbers.map((n) =>
          draftArticle(germanArticle(texts, n), n, new Date(newest - n * MINUTE)),
        );
        await insertArticles(tx, articles);
        await tx.query(
          `INSERT INTO article_slug (slug, article_id) SELECT slug, id FROM article WHERE id = ANY($1)`,
          [articles.map(({ id }) => id)],
        );
        const terms = await ResolvedTerms.forDrafts(
          tx,
          articles.map(({ draft }) => draft),
        );
        await publisher.publish(
          tx,
          articles.map((article) => {
            const published = publishAsOf(article, terms, article.updatedAt, article.updatedAt);
            return publicationOf(article, published, terms);
          }),
          { by: { id: 'bench', name: 'bench' }, did: 'publish' },
        );
      });
      if (first % 10_000 === 0) console.log(`${first} articles`);
    });
    await vacuum(db);
  } finally {
    await db.destroy();
  }
}

/** The role's deadline for statements is meant for requests. */
export async function vacuum(db: DataSource): Promise<void> {
  const connection = db.createQueryRunner();
  try {
    await connection.query('SET statement_timeout = 0');
    await connection.query('VACUUM ANALYZE');
    await connection.query('RESET statement_timeout');
  } finally {
    await connection.release();
  }
}

async function furnish(tx: EntityManager, sections: readonly string[]): Promise<void> {
  const topics = Array.from({ length: 50 }, (_, i) => `thema-${i}`);
  const terms = [
    ...sections.map((slug) => ['section', slug]),
    ...topics.map((slug) => ['topic', slug]),
    ['author', 'lia-muster'],
  ];
  await tx.query(
    `INSERT INTO term (kind, slug, name) SELECT kind, slug, slug FROM unnest($1::text[], $2::text[]) AS term(kind, slug)
     ON CONFLICT DO NOTHING`,
    [terms.map(([kind]) => kind), terms.map(([, slug]) => slug)],
  );
  await tx.query(
    `INSERT INTO term_slug (kind, slug, term_id) SELECT kind, slug, id FROM term ON CONFLICT DO NOTHING`,
  );
}

function draftArticle(draft: ArticleDraft, n: number, at: Date): DraftArticle {
  const id = `01a00000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
  return begin({ id, slug: draft.slug!, draft, termIds: [], updatedAt: at });
}
