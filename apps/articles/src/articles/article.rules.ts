import type { ArticleSnapshot, Correction, RetractionReason } from '#events';
import { refuse } from '../problems.js';
import type { Article } from './article.entity.js';
import { completeTextOf, type ArticleDraft, type CompleteText } from './article-content.js';

/** Decisions about one article: its state in, the change or a refusal out. */

export type Change = Partial<Article>;

/** Corrections an article can carry; the contract's limit. */
const MAX_CORRECTIONS = 50;

/** What a new article is known by from the start. */
export type NewArticle = Pick<Article, 'id' | 'slug' | 'termIds' | 'updatedAt'> &
  Partial<Pick<Article, 'publishedAt' | 'idempotencyKey' | 'sourceId'>> & { readonly draft: ArticleDraft };

/** A draft that nobody has seen yet. */
export const begin = (article: NewArticle): Article => ({
  publishedAt: null,
  idempotencyKey: null,
  sourceId: null,
  ...article,
  state: 'draft',
  version: 1,
  hasChanges: true,
  snapshot: null,
  summary: null,
  publishedVersion: null,
  corrections: [],
  publishAt: null,
  offlineAt: null,
  retractedAt: null,
  retractionReason: null,
  retractionNote: null,
});

/** Changes the working copy; readers go on seeing what was published. What is scheduled stays fit to be published. */
export function edit(article: Article, draft: ArticleDraft, now: Date): Change {
  mustBeAlive(article);
  if (article.publishAt) mustBePublishableAt(draft, article.publishAt);
  return { draft, hasChanges: true, version: article.version + 1, updatedAt: now };
}

/** Makes the working copy what readers see, for the first time or anew. */
export function publish(article: Article, names: SnapshotNames, now: Date): Publication {
  mustBeAlive(article);
  if (article.state === 'published' && !article.hasChanges) throw refuse('article.unchanged');
  return makePublic(article, names, now);
}

/** Publishes the working copy, changed or not, with a note that tells readers what was wrong. */
export function correct(article: Article, names: SnapshotNames, note: string, now: Date): Publication {
  mustBePublished(article);
  if (article.corrections.length >= MAX_CORRECTIONS) {
    throw refuse('article.too-many-corrections', { most: MAX_CORRECTIONS });
  }
  const corrections = [...article.corrections, { at: now.toISOString(), note }];
  return makePublic({ ...article, corrections }, names, now);
}

/** The same text under terms that are named otherwise now; the working copy is not published by it. */
export function retell(article: Article, names: SnapshotNames): Publication {
  const version = article.version + 1;
  const snapshot = { ...article.snapshot!, ...names };
  return { version, publishedVersion: version, snapshot };
}

/** Takes the article down for good. Its text leaves the public tables; the working copy stays for the newsroom. */
export function retract(
  article: Article,
  reason: RetractionReason,
  note: string | undefined,
  now: Date,
): Change {
  mustBePublished(article);
  return {
    state: 'retracted',
    version: article.version + 1,
    snapshot: null,
    summary: null,
    publishAt: null,
    offlineAt: null,
    updatedAt: now,
    retractedAt: now,
    retractionReason: reason,
    retractionNote: note ?? null,
  };
}

/** Erases the text of a retracted article; its id, its versions and why it was retracted stay. */
export function purge(article: Article, now: Date): Change {
  if (article.state !== 'retracted') throw refuse('article.not-retracted', { state: article.state });
  if (!article.draft) throw refuse('article.purged');
  return {
    version: article.version + 1,
    slug: `article-${article.id}`,
    draft: null,
    hasChanges: false,
    corrections: [],
    termIds: [],
    updatedAt: now,
  };
}

/** Drops a draft that readers never saw. */
export function discard(article: Article): void {
  if (article.state !== 'draft') throw refuse('article.not-a-draft', { state: article.state });
}

/** The names that the snapshot carries in place of slugs. */
export type SnapshotNames = Pick<ArticleSnapshot, 'byline' | 'section' | 'topics' | 'places'>;

export type Publication = Change & { readonly snapshot: ArticleSnapshot; readonly version: number };

function makePublic(article: Article, names: SnapshotNames, now: Date): Publication {
  const { section: _s, authors: _a, dateline, ...text } = mustBePublishableAt(article.draft!, now);
  const version = article.version + 1;
  const publishedAt = article.publishedAt ?? now;
  const slug = article.draft!.slug ?? article.slug;
  const snapshot: ArticleSnapshot = {
    id: article.id,
    slug,
    ...text,
    ...names,
    dateline: { ...dateline, time: dateline.time ?? publishedAt.toISOString() },
    ...correctionsOf(article.corrections),
    publishedAt: publishedAt.toISOString(),
    updatedAt: now.toISOString(),
  };
  return {
    state: 'published',
    slug,
    version,
    publishedVersion: version,
    hasChanges: false,
    corrections: article.corrections,
    publishAt: null,
    publishedAt,
    updatedAt: now,
    snapshot,
  };
}

const correctionsOf = (corrections: Correction[]): { corrections?: Correction[] } =>
  corrections.length > 0 ? { corrections } : {};

/**
 * The complete content of a draft.
 * @throws Refused `article.incomplete` with everything that is missing, `article.embargoed` for a time too early.
 */
export function mustBePublishableAt(draft: ArticleDraft, at: Date): CompleteText {
  const complete = completeTextOf(draft);
  if ('missing' in complete) throw refuse('article.incomplete', { errors: complete.missing });
  const { embargoUntil } = draft;
  if (embargoUntil && new Date(embargoUntil) > at) throw refuse('article.embargoed', { until: embargoUntil });
  return complete.text;
}

export function mustBeAlive({ state }: Article): void {
  if (state === 'retracted') throw refuse('article.already-retracted');
}

function mustBePublished(article: Article): void {
  mustBeAlive(article);
  if (article.state !== 'published') throw refuse('article.not-published', { state: article.state });
}
