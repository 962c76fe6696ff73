import { workingCopyAlone } from '../article/approval.rules.js';
import type { Article, DraftArticle, LiveArticle } from '../article/article.js';
import { mustBeAlive, mustBePublishableAt } from '../article/article.rules.js';
import { refuse } from '../problems.js';

/** When an article is to be published and taken offline. */
export interface Schedule {
  readonly publishAt?: Date;
  readonly offlineAt?: Date;
}

/**
 * Sets or moves the times at which an article is published and taken offline. A time that is left out is cancelled.
 * Scheduling approves the working copy as it is now.
 * @throws Refused `schedule.…`, `article.already-retracted`, `article.unchanged`, `article.incomplete`, `article.embargoed`.
 */
export function schedule(article: Article, { publishAt, offlineAt }: Schedule, now: Date): LiveArticle {
  mustBeAlive(article);
  const changes = {
    version: article.version + 1,
    ...workingCopyAlone(article),
    publishAt: publishAt ?? null,
    offlineAt: offlineAt ?? null,
    updatedAt: now,
  };
  if (article.state === 'published') {
    mustBePossible({ publishAt, offlineAt }, now);
    if (publishAt && !article.hasChanges) throw refuse('article.unchanged');
    if (publishAt) mustBePublishableAt(article.draft, publishAt);
    return { ...article, ...changes };
  }
  if (!publishAt) throw refuse('schedule.never-public');
  mustBePossible({ publishAt, offlineAt }, now);
  mustBePublishableAt(article.draft, publishAt);
  return { ...article, ...changes, state: 'scheduled', publishAt };
}

function mustBePossible({ publishAt, offlineAt }: Schedule, now: Date): void {
  for (const at of [publishAt, offlineAt]) {
    if (at && at <= now) throw refuse('schedule.past', { now: now.toISOString() });
  }
  if (publishAt && offlineAt && offlineAt <= publishAt) throw refuse('schedule.offline-first');
}

/**
 * Cancels both times. An article that was never public becomes a draft again.
 * @throws Refused `schedule.none`, `article.already-retracted`.
 */
export function cancelSchedule(article: Article, now: Date): LiveArticle {
  mustBeAlive(article);
  if (!article.publishAt && !article.offlineAt) throw refuse('schedule.none');
  return { ...cancelPublishing(article, now), offlineAt: null };
}

/** Cancels the publication, but not the take-down. */
export function cancelPublishing(article: LiveArticle, now: Date): LiveArticle {
  const changes = {
    version: article.version + 1,
    ...workingCopyAlone(article),
    publishAt: null,
    updatedAt: now,
  };
  if (article.state === 'published') return { ...article, ...changes };
  return { ...article, ...changes, state: 'draft' } satisfies DraftArticle;
}
