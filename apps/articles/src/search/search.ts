import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Slug, textsOf, type ArticleSnapshot } from '#events';
import { sanitized } from '#http';
import type { ArticleSummary } from '../article/article-summary.js';
import { Moment } from '../article/times.js';
import { readableWithoutSubscription } from '../article/paywall.rules.js';
import { filterTerms } from '../taxonomy/term.queries.js';
import { excerptOf, rangesOf, type Excerpt, type Range } from './highlight.js';
import { bestHits, newestHits, RANKED, type Hits } from './hits.queries.js';
import type { Query } from './tsquery.rules.js';
import {
  searchCursorOf,
  readSearchCursor,
  readings,
  type NextPosition,
  type SearchPosition,
} from './search-cursor.js';
import { SearchPlan } from './search-plan.js';
import { lookUp, type Words } from './vocabulary.js';
import { withCompounds, wordsOf } from './words.js';

export const SearchRequest = z.strictObject({
  q: sanitized(z.string().trim().min(1).max(200)),
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  from: Moment.optional().describe('published at or after this time'),
  to: Moment.optional().describe('published before this time'),
  order: z.enum(['relevance', 'date']).default('relevance').describe('date: newest first'),
  cursor: z.string().max(150).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type SearchRequest = z.infer<typeof SearchRequest>;

export interface SearchHit extends ArticleSummary {
  /** Where in these texts the words were found. */
  readonly highlights: { readonly kicker: Range[]; readonly headline: Range[]; readonly lead: Range[] };
  /** A piece of the body with the words, when no highlight has them; never from text for subscribers only. */
  readonly excerpt?: Excerpt;
}

export interface SearchResponse {
  readonly items: SearchHit[];
  /** All hits, on every page. */
  readonly total: number;
  /** Whether no article has the words as typed, so these are hits for similar words. */
  readonly similar: boolean;
  readonly nextCursor?: string;
}

/**
 * Public articles with the words of a query. Relevance ranks only the newest five hundred; the others follow by date.
 * @throws Refused `search.empty`, `term.not-found`, `term.moved`, `list.bad-cursor`.
 */
export function search(db: EntityManager, request: SearchRequest): Promise<SearchResponse> {
  return db.transaction(async (tx) => {
    // For words that most articles have, the planner would scan the whole table, because it underestimates the cost of
    // reading documents that are stored out of line.
    await tx.sql`SET LOCAL enable_seqscan = off`;
    const cursor = request.cursor === undefined ? undefined : readSearchCursor(request.cursor);
    const terms = await filterTerms(tx, request);
    const plan = await SearchPlan.of(
      tx,
      request.q,
      terms.map(({ id }) => id),
    );
    for (const reading of cursor ? [cursor.reading] : readings) {
      const query = await plan.read(reading);
      if (!query) continue;
      const position = cursor ?? firstPosition(request, reading);
      const page = await pageAt(tx, query, request, position);
      if (page.total > 0) return { ...(await respond(tx, query, page)), similar: reading !== 'typed' };
    }
    return { items: [], total: 0, similar: false };
  });
}

const firstPosition = ({ order }: SearchRequest, reading: SearchPosition['reading']): SearchPosition =>
  order === 'date' ? { reading, order } : { reading, order, asOf: new Date(), offset: 0 };

interface Page extends Hits {
  readonly next?: NextPosition;
}

async function pageAt(
  tx: EntityManager,
  query: Query,
  request: SearchRequest,
  position: SearchPosition,
): Promise<Page> {
  const { limit } = request;
  const { reading } = position;
  if (position.order === 'date') {
    const { hits, total } = await newestHits(tx, query, request, { after: position.after, limit: limit + 1 });
    const page = hits.slice(0, limit);
    const last = page.at(-1);
    return {
      hits: page,
      total,
      ...(hits.length > limit && last && { next: { reading, order: 'date', after: last } }),
    };
  }
  const { asOf, offset } = position;
  const { hits, total, oldestRanked } = await bestHits(tx, query, request, {
    asOf,
    offset,
    limit: limit + 1,
  });
  const page = hits.slice(0, limit);
  if (hits.length > limit) return { hits: page, total, next: { ...position, offset: offset + limit } };
  return {
    hits: page,
    total,
    ...(total > RANKED && oldestRanked && { next: { reading, order: 'date', after: oldestRanked } }),
  };
}

async function respond(
  tx: EntityManager,
  query: Query,
  { hits, total, next }: Page,
): Promise<Omit<SearchResponse, 'similar'>> {
  const cards = await inTexts(
    tx,
    hits.flatMap(({ summary: { kicker, headline, lead } }) => [kicker, headline, lead]),
  );
  const marked = hits.map(({ id, summary }) => {
    const [kicker, headline, lead] = [summary.kicker, summary.headline, summary.lead].map((text) =>
      rangesOf(text, query, cards),
    ) as [Range[], Range[], Range[]];
    return { id, summary, highlights: { kicker, headline, lead } };
  });
  const unmarked = marked.filter(({ highlights }) =>
    Object.values(highlights).every((ranges) => ranges.length === 0),
  );
  const bodies = await readableBodies(
    tx,
    unmarked.map(({ id }) => id),
  );
  const words = await inTexts(tx, [...bodies.values()]);
  const items = marked.map(({ id, summary, highlights }) => {
    const body = bodies.get(id);
    const excerpt = body === undefined ? undefined : excerptOf(body, query, words);
    return { ...summary, highlights, ...(excerpt && { excerpt }) };
  });
  return { items, total, ...(next && { nextCursor: searchCursorOf(next) }) };
}

/** Looks up the words of texts. */
const inTexts = (tx: EntityManager, texts: readonly string[]): Promise<Words> =>
  lookUp(
    tx,
    texts.flatMap((text) => withCompounds(wordsOf(text))),
  );

/** The free parts of the bodies, since an excerpt can be any piece of them. */
async function readableBodies(tx: EntityManager, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.sql<{ id: string; snapshot: ArticleSnapshot }[]>`
    SELECT id, snapshot FROM article WHERE id = ANY(${ids}) AND snapshot IS NOT NULL`;
  return new Map(
    rows.map(({ id, snapshot }) => [
      id,
      readableWithoutSubscription(snapshot).body.flatMap(textsOf).join('\n'),
    ]),
  );
}
