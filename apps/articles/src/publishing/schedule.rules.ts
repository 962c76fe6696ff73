import { refuse } from '../problems.js';
import type { Article } from '../article/article.entity.js';
import { mustBeAlive, mustBePublishableAt, type Change } from '../article/article.rules.js';

/** When an article goes on and off by itself. */
export interface Schedule {
  readonly publishAt?: Date;
  readonly offlineAt?: Date;
}

/**
 * Sets or moves the times at which an article becomes public and is taken offline; what is left out is cancelled. What
 * becomes public is the working copy as it is now: whoever schedules it approves it.
 */
export function schedule(article: Article, { publishAt, offlineAt }: Schedule, now: Date): Change {
  mustBeAlive(article);
  const isPublic = article.state === 'published';
  if (!publishAt && !isPublic) throw refuse('schedule.never-public');
  for (const at of [publishAt, offlineAt])
    if (at && at <= now) throw refuse('schedule.past', { now: now.toISOString() });
  if (publishAt && offlineAt && offlineAt <= publishAt) throw refuse('schedule.offline-first');
  if (publishAt) {
    if (isPublic && !article.hasChanges) throw refuse('article.unchanged');
    mustBePublishableAt(article.draft!, publishAt);
  }
  return {
    state: isPublic ? 'published' : 'scheduled',
    version: article.version + 1,
    ...workingCopyAlone(article),
    publishAt: publishAt ?? null,
    offlineAt: offlineAt ?? null,
    updatedAt: now,
  };
}

/** Takes both times back; an article that was to become public for the first time is a draft again. */
export function cancelSchedule(article: Article, now: Date): Change {
  mustBeAlive(article);
  if (!article.publishAt && !article.offlineAt) throw refuse('schedule.none');
  return { ...cancelPublishing(article, now), offlineAt: null };
}

/** Takes the time of publication back, and leaves that at which the article is taken offline. */
export function cancelPublishing(article: Article, now: Date): Change {
  return {
    state: article.state === 'scheduled' ? 'draft' : article.state,
    version: article.version + 1,
    ...workingCopyAlone(article),
    publishAt: null,
    updatedAt: now,
  };
}

/** Nothing is approved beside the working copy; an address that readers do not know yet is that of the working copy. */
const workingCopyAlone = ({ publishedVersion, slug, draft }: Article) => ({
  approved: null,
  slug: publishedVersion === null ? (draft!.slug ?? slug) : slug,
});
