import type { ArticleSnapshot, Correction, RetractionReason } from '#events';
import { refuse } from '../problems.js';
import type { Article } from './article.entity.js';
import type { ArticleDraft } from './article-content.js';
import { completeTextOf, type CompleteText } from './complete-text.js';

/** Decisions about one article: its state in, the change or a refusal out. */

export type Change = Partial<Article>;

/** Corrections an article can carry; the contract's limit. */
const MAX_CORRECTIONS = 50;

/** What a new article has from the start. */
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
  retractedAt: null,
  retractionReason: null,
  retractionNote: null,
});

/**
 * Changes the working copy; readers go on seeing what was published. What an editor approved for a schedule stays as it
 * was approved.
 * @throws Refused `article.already-retracted`, `article.embargoed` for an embargo that the schedule would break.
 */
export function edit(article: Article, draft: ArticleDraft, now: Date): Change {
  mustBeAlive(article);
  if (article.publishAt) mustBeFreeAt(draft, article.publishAt);
  return {
    draft,
    slug: article.state === 'draft' ? (draft.slug ?? article.slug) : article.slug,
    approved: article.publishAt ? approvedContentOf(article) : null,
    hasChanges: true,
    version: article.version + 1,
    updatedAt: now,
  };
}

/** What is published at `publishAt`, with the address that was approved with it. */
export const approvedContentOf = ({ approved, draft, slug }: Article): ArticleDraft =>
  approved ?? { ...draft!, slug: draft!.slug ?? slug };

/** What the newsroom holds of an article besides what is public: the working copy, and what was approved before it. */
export const contentsOf = ({ draft, approved }: Article): ArticleDraft[] =>
  [draft, approved].filter((content) => content !== null);

/** Whether nobody has changed the article since the version `expected`; renamed terms are nobody's change. */
export const isCurrent = ({ version, renamedFrom, renamedTo }: Article, expected: number): boolean =>
  expected === version ||
  (version === renamedTo && renamedFrom !== null && renamedFrom <= expected && expected < version);

/** Makes the working copy what readers see, for the first time or again. */
export function publish(article: Article, names: SnapshotNames, now: Date): Publication {
  mustBeAlive(article);
  if (article.state === 'published' && !article.hasChanges) throw refuse('article.unchanged');
  return makePublic(article, article.draft!, names, now);
}

/**
 * Takes a text over from another system as published at `date`, in the past.
 * @throws Refused `article.incomplete`, `article.embargoed` where the embargo is not over now.
 */
export function publishAsOf(article: Article, names: SnapshotNames, date: Date, now: Date): Publication {
  mustBePublishableAt(article.draft!, now);
  return makePublic({ ...article, publishedAt: date }, article.draft!, names, now, date);
}

/** Publishes what was approved for the schedule; a working copy that was edited since then waits for its own approval. */
export function publishApproved(article: Article, names: SnapshotNames, now: Date): Publication {
  mustBeAlive(article);
  const publication = makePublic(article, approvedContentOf(article), names, now);
  return { ...publication, hasChanges: article.approved !== null };
}

/** Publishes the working copy, changed or not, with a note that tells readers what was wrong. */
export function correct(article: Article, names: SnapshotNames, note: string, now: Date): Publication {
  mustBePublished(article);
  if (article.corrections.length >= MAX_CORRECTIONS) {
    throw refuse('article.too-many-corrections', { most: MAX_CORRECTIONS });
  }
  const corrections = [...article.corrections, { at: now.toISOString(), note }];
  return makePublic({ ...article, corrections }, article.draft!, names, now);
}

/** Republishes the same text with the present names of its terms; the working copy is not published by it. */
export function renameTerms(article: Article, names: SnapshotNames): Publication {
  const version = article.version + 1;
  const snapshot = { ...article.snapshot!, ...names };
  const { renamedFrom, renamedTo } = article;
  return {
    version,
    publishedVersion: version,
    renamedFrom: renamedTo === article.version ? renamedFrom : article.version,
    renamedTo: version,
    snapshot,
  };
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
    approved: null,
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
    // No article can be given this one: it is not a slug.
    slug: `purged:${article.id}`,
    draft: null,
    hasChanges: false,
    corrections: [],
    approved: null,
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

/** @param updatedAt when readers see it as updated: `now`, except for an import. */
function makePublic(
  article: Article,
  content: ArticleDraft,
  names: SnapshotNames,
  now: Date,
  updatedAt = now,
): Publication {
  const { section: _s, authors: _a, dateline, ...text } = mustBePublishableAt(content, now);
  const version = article.version + 1;
  const publishedAt = article.publishedAt ?? updatedAt;
  const slug = content.slug ?? article.slug;
  const snapshot: ArticleSnapshot = {
    id: article.id,
    slug,
    ...text,
    ...names,
    dateline: { ...dateline, time: dateline.time ?? publishedAt.toISOString() },
    ...correctionsOf(article.corrections),
    publishedAt: publishedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
  return {
    state: 'published',
    slug,
    version,
    publishedVersion: version,
    hasChanges: false,
    corrections: article.corrections,
    approved: null,
    publishAt: null,
    publishedAt,
    updatedAt,
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
  mustBeFreeAt(draft, at);
  return complete.text;
}

function mustBeFreeAt({ embargoUntil }: ArticleDraft, at: Date): void {
  if (embargoUntil && new Date(embargoUntil) > at) throw refuse('article.embargoed', { until: embargoUntil });
}

export function mustBeAlive({ state }: Article): void {
  if (state === 'retracted') throw refuse('article.already-retracted');
}

function mustBePublished(article: Article): void {
  mustBeAlive(article);
  if (article.state !== 'published') throw refuse('article.not-published', { state: article.state });
}
