import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { Slug, textsOf, type ArticleSnapshot } from '#events';
import { inertText } from '#platform';
import type { ArticleSummary } from '../articles/article-summary.js';
import { refuse } from '../problems.js';
import { termsOf } from '../reading/article-list.js';
import { readableWithoutSubscription } from '../reading/paywall.rules.js';
import { EXCERPT, MARK_ALL, rangesOf, type Range } from './highlight.js';
import { queryOf, withSimilarWords, type Query } from './query.js';
import { searchable } from './search-index.js';

const Time = z.iso.datetime({
  offset: true,
  error: 'needs a time with its offset, such as 2026-10-25T00:00:00+02:00',
});

export const SearchRequest = z.strictObject({
  q: z.preprocess((value) => inertText(value), z.string().trim().min(1).max(200)),
  section: Slug.optional(),
  from: Time.optional().describe('published then or later'),
  to: Time.optional().describe('published before'),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type SearchRequest = z.infer<typeof SearchRequest>;

export interface SearchHit extends ArticleSummary {
  /** Where in these texts the words were found. */
  readonly highlights: { readonly kicker: Range[]; readonly headline: Range[]; readonly lead: Range[] };
  /** A piece of the body with the words, where none of the above has them; never of what only subscribers may read. */
  readonly excerpt?: { readonly text: string; readonly ranges: Range[] };
}

export interface SearchResponse {
  readonly items: SearchHit[];
  /** True when nothing has the words as they were typed, and these are hits for words that are spelled much like them. */
  readonly similar: boolean;
  readonly nextCursor?: string;
}

/** Hits that are ranked, the newest ones: whoever looks further narrows the search. */
const RANKED = 500;

/**
 * Public articles that have the words, the best of the newest hits first: a hit in the headline counts more than one in
 * the body, and of two like hits the newer one does.
 * @throws Refused `search.empty`, `term.not-found`, `term.moved`, `list.bad-cursor`.
 */
export function search(db: DataSource, request: SearchRequest): Promise<SearchResponse> {
  return db.transaction(async (tx) => {
    // For words that most articles have the planner would rather read every article's words: it does not know that these
    // lie elsewhere.
    await tx.query(`SET LOCAL enable_seqscan = off`);
    const [section] = await termsOf(tx, { section: request.section });
    const query = await queryOf(tx, request.q);
    if (!query) throw refuse('search.empty');
    const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor);
    const place = cursor ?? { asOf: new Date(), offset: 0, similar: false };
    const find = (wanted: Query) => rank(tx, wanted, request, section?.id, place);
    if (!place.similar) {
      const found = await find(query);
      if (found.length > 0 || cursor) return respond(tx, query, found, request, place);
    }
    const similar = await withSimilarWords(tx, query);
    if (!similar) return { items: [], similar: false };
    return respond(tx, similar, await find(similar), request, { ...place, similar: true });
  });
}

interface Found {
  readonly id: string;
  readonly summary: ArticleSummary;
  readonly kicker: string;
  readonly headline: string;
  readonly lead: string;
}

/** Where a page of hits starts: published at `asOf` at the latest, so that later articles do not shift the pages. */
interface Place {
  readonly asOf: Date;
  readonly offset: number;
  readonly similar: boolean;
}

function rank(
  tx: EntityManager,
  query: Query,
  { from, to, limit }: SearchRequest,
  sectionId: string | undefined,
  { asOf, offset }: Place,
): Promise<Found[]> {
  return tx.query(
    `WITH hit AS MATERIALIZED (
       SELECT article_id, published_at, document FROM article_search
       WHERE document @@ $1::tsquery AND published_at <= $2 AND ($3::uuid IS NULL OR section_id = $3)
         AND ($4::timestamptz IS NULL OR published_at >= $4) AND ($5::timestamptz IS NULL OR published_at < $5)
       ORDER BY published_at DESC LIMIT ${RANKED}
     ), page AS MATERIALIZED (
       SELECT article_id, published_at,
         ts_rank(document, $1::tsquery, 1) * (1 + 2 * exp(-extract(epoch FROM $2 - published_at) / (86400 * 30))) AS score
       FROM hit ORDER BY score DESC, published_at DESC, article_id LIMIT $6 OFFSET $7
     )
     SELECT article.id, summary, ts_headline('german', translate(summary->>'kicker', '<>', '  '), $1::tsquery, $8) AS kicker,
       ts_headline('german', translate(summary->>'headline', '<>', '  '), $1::tsquery, $8) AS headline,
       ts_headline('german', translate(summary->>'lead', '<>', '  '), $1::tsquery, $8) AS lead
     FROM page JOIN article ON article.id = article_id ORDER BY score DESC, page.published_at DESC, article_id`,
    [query, asOf, sectionId ?? null, from ?? null, to ?? null, limit + 1, offset, MARK_ALL],
  );
}

async function respond(
  tx: EntityManager,
  query: Query,
  found: Found[],
  { limit }: SearchRequest,
  { asOf, offset, similar }: Place,
): Promise<SearchResponse> {
  const hits = found.slice(0, limit).map(({ id, summary, ...marked }) => {
    const [kicker, headline, lead] = [marked.kicker, marked.headline, marked.lead].map(
      (text) => rangesOf(text).ranges,
    );
    return { id, summary, highlights: { kicker: kicker!, headline: headline!, lead: lead! } };
  });
  const excerpts = await excerptsOf(
    tx,
    query,
    hits
      .filter(({ highlights }) => Object.values(highlights).every((ranges) => ranges.length === 0))
      .map(({ id }) => id),
  );
  const next = offset + hits.length;
  return {
    items: hits.map(({ id, summary, highlights }) => {
      const excerpt = excerpts.get(id);
      return { ...summary, highlights, ...(excerpt && { excerpt }) };
    }),
    similar,
    ...(found.length > limit && next < RANKED && { nextCursor: cursorOf({ asOf, offset: next, similar }) }),
  };
}

async function excerptsOf(
  tx: EntityManager,
  query: Query,
  ids: readonly string[],
): Promise<Map<string, ReturnType<typeof rangesOf>>> {
  if (ids.length === 0) return new Map();
  const articles: { id: string; snapshot: ArticleSnapshot }[] = await tx.query(
    `SELECT id, snapshot FROM article WHERE id = ANY($1) AND snapshot IS NOT NULL`,
    [ids],
  );
  const bodies = articles.map(({ snapshot }) =>
    readableWithoutSubscription(snapshot).body.flatMap(textsOf).join('\n').normalize('NFC'),
  );
  const rows: { marked: string }[] = await tx.query(
    `SELECT ts_headline('german', body, $2::tsquery, $3) AS marked FROM unnest($1::text[]) WITH ORDINALITY AS text(body, place)
     ORDER BY place`,
    [bodies.map(searchable), query, EXCERPT],
  );
  const excerpts = rows.map(({ marked }, i) => {
    const { text, ranges } = rangesOf(marked);
    const start = searchable(bodies[i]!).indexOf(text);
    return [articles[i]!.id, { text: bodies[i]!.slice(start, start + text.length), ranges }] as const;
  });
  return new Map(excerpts.filter(([, { ranges }]) => ranges.length > 0));
}

const cursorOf = ({ asOf, offset, similar }: Place): string =>
  Buffer.from(`${asOf.toISOString()} ${offset} ${similar ? 'similar' : 'exact'}`).toString('base64url');

function readCursor(cursor: string): Place {
  const [, time, offset, kind] =
    /^(\S{24}) (\d{1,3}) (similar|exact)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const asOf = new Date(time ?? '');
  if (!offset || Number.isNaN(asOf.getTime())) throw refuse('list.bad-cursor');
  return { asOf, offset: Number(offset), similar: kind === 'similar' };
}
