import type { ArticleDraft } from '#api';
import type { ArticleSnapshot, Correction, RetractionReason } from '#events';
import { refuse } from '../problems.js';
import { approvedContentOf } from './approval.rules.js';
import type { Article, DraftArticle, LiveArticle, PublishedArticle, RetractedArticle } from './article.js';
import type { ArticleRow } from './article.entity.js';
import { articleSummary } from './article-summary.js';
import { completeTextOf, type CompleteText } from './complete-text.js';

/** Decisions about one article: each returns its next state or throws a refusal. */

/** The contract's limit of corrections per article. */
const MAX_CORRECTIONS = 50;

/** The fields of a new article. */
export type NewArticle = Pick<DraftArticle, 'id' | 'slug' | 'draft' | 'termIds' | 'updatedAt'> &
  Partial<Pick<DraftArticle, 'idempotencyKey' | 'sourceId'>>;

/** A new draft. */
export const begin = (article: NewArticle): DraftArticle => ({
  idempotencyKey: null,
  sourceId: null,
  ...article,
  state: 'draft',
  version: 1,
  renamedFrom: null,
  renamedTo: null,
  hasChanges: true,
  snapshot: null,
  summary: null,
  publishedVersion: null,
  corrections: [],
  approved: null,
  publishAt: null,
  offlineAt: null,
  publishedAt: null,
  retractedAt: null,
  retractionReason: null,
  retractionNote: null,
});

/**
 * Changes the working copy. Readers still see the published text, and a schedule keeps the content that was approved.
 * @throws Refused `article.already-retracted`, `article.embargoed` for an embargo that the schedule would break.
 */
export function edit(article: Article, draft: ArticleDraft, now: Date): LiveArticle {
  mustBeAlive(article);
  if (article.publishAt) mustBeFreeAt(draft, article.publishAt);
  return {
    ...article,
    draft,
    slug: article.state === 'draft' ? (draft.slug ?? article.slug) : article.slug,
    approved: article.publishAt ? approvedContentOf(article) : null,
    hasChanges: true,
    version: article.version + 1,
    updatedAt: now,
  };
}

/** Whether the article is unchanged since the version `expected`. Renamed terms do not count as a change. */
export const isCurrent = (
  { version, renamedFrom, renamedTo }: Pick<ArticleRow, 'version' | 'renamedFrom' | 'renamedTo'>,
  expected: number,
): boolean =>
  expected === version ||
  (version === renamedTo && renamedFrom !== null && renamedFrom <= expected && expected < version);

/** Publishes the working copy, for the first time or again. */
export function publish(article: Article, terms: Terms, now: Date): PublishedArticle {
  mustBeAlive(article);
  if (article.state === 'published' && !article.hasChanges) throw refuse('article.unchanged');
  return makePublic(article, article.draft, terms, { now });
}

/**
 * Publishes a text from another system, backdated to `date`.
 * @throws Refused `article.incomplete`, `article.embargoed` while its embargo lasts.
 */
export function publishAsOf(article: DraftArticle, terms: Terms, date: Date, now: Date): PublishedArticle {
  return makePublic(article, article.draft, terms, { now, publishedAt: date });
}

/** Publishes the content that was approved for the schedule. Later edits need their own approval. */
export function publishApproved(article: Article, terms: Terms, now: Date): PublishedArticle {
  mustBeAlive(article);
  const published = makePublic(article, approvedContentOf(article), terms, { now });
  return { ...published, hasChanges: article.approved !== null };
}

/** Publishes the working copy, changed or not, with a note to readers on what was wrong. */
export function correct(article: Article, terms: Terms, note: string, now: Date): PublishedArticle {
  mustBePublished(article);
  if (article.corrections.length >= MAX_CORRECTIONS) {
    throw refuse('article.too-many-corrections', { most: MAX_CORRECTIONS });
  }
  const corrections = [...article.corrections, { at: now.toISOString(), note }];
  return makePublic({ ...article, corrections }, article.draft, terms, { now });
}

/** Republishes the same text with the current names of its terms. Edits to the working copy stay unpublished. */
export function renameTerms(article: PublishedArticle, names: SnapshotNames): PublishedArticle {
  const version = article.version + 1;
  const snapshot = { ...article.snapshot, ...names };
  return {
    ...article,
    version,
    publishedVersion: version,
    renamedFrom: article.renamedTo === article.version ? article.renamedFrom : article.version,
    renamedTo: version,
    snapshot,
    summary: articleSummary(snapshot),
  };
}

/** Takes the article down for good. Its text is removed from the public tables; the newsroom keeps the working copy. */
export function retract(
  article: Article,
  reason: RetractionReason,
  note: string | undefined,
  now: Date,
): RetractedArticle {
  mustBePublished(article);
  return {
    ...article,
    state: 'retracted',
    version: article.version + 1,
    snapshot: null,
    summary: null,
    approved: null,
    publishAt: null,
    offlineAt: null,
    updatedAt: now,
    retractedAt: now,
    retractionReason: reason,
    retractionNote: note ?? null,
  };
}

/** Erases the text of a retracted article. Its id, version and reason for the retraction remain. */
export function purge(article: Article, now: Date): RetractedArticle {
  if (article.state !== 'retracted') throw refuse('article.not-retracted', { state: article.state });
  if (!article.draft) throw refuse('article.purged');
  return {
    ...article,
    version: article.version + 1,
    // Never a valid slug, so no other article can have it.
    slug: `purged:${article.id}`,
    draft: null,
    hasChanges: false,
    corrections: [],
    approved: null,
    termIds: [],
    updatedAt: now,
  };
}

/** @throws Refused `article.not-a-draft` for an article that was ever public or is scheduled. */
export function mustBeDiscardable({ state }: Article): void {
  if (state !== 'draft') throw refuse('article.not-a-draft', { state });
}

/** The names that the snapshot carries in place of slugs. */
export type SnapshotNames = Pick<ArticleSnapshot, 'byline' | 'section' | 'topics' | 'places'>;

/** The terms of an article, looked up by their slugs. */
export interface Terms {
  namesOf(text: CompleteText): SnapshotNames;
}

/** @param publishedAt when it first became public elsewhere, for an import. */
function makePublic(
  article: LiveArticle,
  content: ArticleDraft,
  terms: Terms,
  { now, publishedAt: earlier }: { readonly now: Date; readonly publishedAt?: Date },
): PublishedArticle {
  const complete = mustBePublishableAt(content, now);
  const { section: _s, authors: _a, topics: _t, places: _p, dateline, ...text } = complete;
  const version = article.version + 1;
  const updatedAt = earlier ?? now;
  const publishedAt = article.publishedAt ?? updatedAt;
  const slug = content.slug ?? article.slug;
  const snapshot: ArticleSnapshot = {
    id: article.id,
    slug,
    ...text,
    ...terms.namesOf(complete),
    dateline: { ...dateline, time: dateline.time ?? publishedAt.toISOString() },
    ...correctionsOf(article.corrections),
    publishedAt: publishedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
  return {
    ...article,
    state: 'published',
    slug,
    version,
    publishedVersion: version,
    hasChanges: false,
    approved: null,
    publishAt: null,
    publishedAt,
    updatedAt,
    snapshot,
    summary: articleSummary(snapshot),
  };
}

const correctionsOf = (corrections: Correction[]): { corrections?: Correction[] } =>
  corrections.length > 0 ? { corrections } : {};

/**
 * The complete content of a draft.
 * @throws Refused `article.incomplete` with everything that is missing, `article.embargoed` until the embargo ends.
 */
export function mustBePublishableAt(draft: ArticleDraft, at: Date): CompleteText {
  const complete = completeTextOf(draft);
  if ('missing' in complete) throw refuse('article.incomplete', { errors: complete.missing });
  mustBeFreeAt(draft, at);
  return complete.text;
}

function mustBeFreeAt({ embargoUntil }: ArticleDraft, at: Date): void {
  if (embargoUntil && new Date(embargoUntil) > at) throw refuse('article.embargoed', { until: embargoUntil });
}

/** @throws Refused `article.already-retracted`. */
export function mustBeAlive(article: Article): asserts article is LiveArticle {
  if (article.state === 'retracted') throw refuse('article.already-retracted');
}

function mustBePublished(article: Article): asserts article is PublishedArticle {
  mustBeAlive(article);
  if (article.state !== 'published') throw refuse('article.not-published', { state: article.state });
}
