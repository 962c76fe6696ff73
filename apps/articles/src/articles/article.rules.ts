import type { ArticleSnapshot, RetractionReason } from '#events';
import { refuse } from '../problems.js';
import type { Article } from './article.entity.js';
import type { ArticleContent } from './article-content.js';

/** Decisions about one article: its state in, the change or a refusal out. */

type Change = Partial<Article>;

/** Changes the working copy; readers go on seeing what was published. */
export function edit(article: Article, content: ArticleContent, now: Date): Change {
  if (article.state === 'retracted') throw refuse('article.already-retracted');
  return { draft: content, version: article.version + 1, updatedAt: now };
}

/** The working copy, if it may be made public now. */
export function publishable({ state, draft, version, publishedVersion }: Article): ArticleContent {
  if (state === 'retracted' || !draft) throw refuse('article.already-retracted');
  if (publishedVersion === version) throw refuse('article.unchanged');
  return draft;
}

/** Makes the working copy what readers see, for the first time or anew. */
export function publish(
  article: Article,
  resolved: ResolvedNames,
  now: Date,
): Change & { snapshot: ArticleSnapshot } {
  const { authors: _a, section: _s, topics: _t, places: _p, ...text } = publishable(article);
  const publishedAt = article.publishedAt ?? now;
  const version = article.version + 1;
  const snapshot: ArticleSnapshot = {
    id: article.id,
    slug: article.slug,
    ...text,
    ...resolved,
    publishedAt: publishedAt.toISOString(),
    updatedAt: now.toISOString(),
  };
  return { state: 'published', version, publishedVersion: version, publishedAt, updatedAt: now, snapshot };
}

/** Takes the article down for good. Its text leaves the public tables; the working copy stays for the newsroom. */
export function retract(
  article: Article,
  reason: RetractionReason,
  note: string | undefined,
  now: Date,
): Change {
  if (article.state === 'retracted') throw refuse('article.already-retracted');
  if (article.state !== 'published') throw refuse('article.not-published', { state: article.state });
  return {
    state: 'retracted',
    version: article.version + 1,
    snapshot: null,
    updatedAt: now,
    retractedAt: now,
    retractionReason: reason,
    retractionNote: note ?? null,
  };
}

/** The names that the snapshot carries in place of slugs. */
export type ResolvedNames = Pick<ArticleSnapshot, 'byline' | 'section' | 'topics' | 'places'>;

/** A slug out of a headline: «Zürich: Böög brennt!» becomes `zuerich-boeoeg-brennt`. At most 100 characters. */
export function slugOf(headline: string): string {
  const letters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o' };
  const ascii = headline
    .toLowerCase()
    .replace(/[äöüßæœø]/g, (letter) => letters[letter]!)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
  const slug = ascii
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 100)
    .replace(/^-|-$/g, '');
  return slug || 'artikel';
}
