import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { Refused } from '#http';
import { Backoff, BackgroundWork } from '#jobs';
import { afterCommit, Clock, failureKind, isFaultOfWork, LOGGER, type Logger } from '#platform';
import { approvedContentOf } from '../article/approval.rules.js';
import { articleOf, type LiveArticle } from '../article/article.js';
import type { ArticleRow } from '../article/article.entity.js';
import { mustBeAlive, publishApproved, retract } from '../article/article.rules.js';
import { save } from '../article/article-store.js';
import { audit, theSchedule } from '../article/audit.js';
import { holdSlugs, slugsOf } from '../article/slugs.js';
import { ResolvedTerms } from '../taxonomy/resolved-terms.js';
import { claimDue, longestOverdue, type DueTime } from './due-articles.queries.js';
import { publicationOf, Publisher } from './publisher.js';
import { cancelPublishing, cancelSchedule } from './schedule.rules.js';

/** Milliseconds between polls for due articles, and so the longest delay of a schedule. */
const LOOK_EVERY = 200;
/** Milliseconds between attempts at a failing take-down: the first wait and the longest. */
const retryAfter = { first: 1_000, longest: 60_000 } as const;
/** Milliseconds after which an article that stays locked is late, and how long to wait for its lock then. */
const [LATE, LOCK_WITHIN] = [1_000, 500];
/** Articles per transaction; few, because a replica that dies delays its whole batch. */
const BATCH = 40;

/**
 * Publishes and takes offline the articles that are due. A row lock claims an article, and its change commits together
 * with its event: exactly once with any number of replicas, and after an outage at the next start. The database's clock
 * decides what is due, since those of the replicas may differ.
 */
@Injectable()
export class DueArticles extends BackgroundWork {
  private readonly failed: Counter;
  /** Failed take-downs, and when each is retried. */
  private readonly retries = new Map<string, { readonly backoff: Backoff; readonly at: number }>();

  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    super('due-articles', LOOK_EVERY, log);
    this.failed = new Counter({
      name: 'schedules_failed_total',
      help: 'Scheduled publications and take-downs that failed.',
      registers: [registry],
    });
  }

  protected async round(): Promise<boolean> {
    const takeDowns: Work = (tx, due) => this.takeDownAll(tx, due);
    const publications: Work = (tx, due) => this.publishAll(tx, due);
    const takenDown = await this.settle('offlineAt', takeDowns);
    const published = await this.settle('publishAt', publications);
    if (published + takenDown > 0) return true;
    await this.settleLate('offlineAt', takeDowns);
    await this.settleLate('publishAt', publications);
    return false;
  }

  /** @returns how many articles were due. A failure of one does not stop the others. */
  private async settle(time: DueTime, work: Work): Promise<number> {
    let ids: string[] = [];
    try {
      await this.db.transaction(async (tx) => {
        const due = await claimDue(tx, time, { limit: BATCH, except: this.waiting() });
        ids = due.map(({ id }) => id);
        if (due.length > 0) await work(tx, due);
      });
    } catch (error) {
      if (ids.length === 0 || !isFaultOfWork(error)) throw error;
      for (const id of ids) await this.settleOne(id, time, work);
    }
    return ids.length;
  }

  /** Repeated edits of an article must not delay its schedule: waits for the lock of the longest overdue one. */
  private async settleLate(time: DueTime, work: Work): Promise<void> {
    const id = await longestOverdue(this.db.manager, time, { olderThan: LATE, except: this.waiting() });
    if (!id) return;
    try {
      await this.db.transaction(async (tx) => {
        await tx.sql`SET LOCAL lock_timeout = ${() => String(LOCK_WITHIN)}`;
        const due = await claimDue(tx, time, { id, waits: true });
        await tx.sql`SET LOCAL lock_timeout TO DEFAULT`;
        if (due.length > 0) await work(tx, due);
      });
    } catch (error) {
      // Still locked: the next round waits again.
      if (failureKind(error) === 'transient') return;
      if (!isFaultOfWork(error)) throw error;
      await this.settleOne(id, time, work);
    }
  }

  private async settleOne(id: string, time: DueTime, work: Work): Promise<void> {
    try {
      await this.db.transaction(async (tx) => work(tx, await claimDue(tx, time, { id })));
      this.retries.delete(id);
    } catch (error) {
      if (!isFaultOfWork(error)) throw error;
      this.failed.inc();
      this.log.error({ article: id, err: error }, 'a scheduled publication or take-down failed');
      if (time === 'publishAt') await this.db.transaction((tx) => this.giveUp(tx, id, error));
      else this.retryLater(id);
    }
  }

  /** Cancels the publication and records the reason in the article's audit log. */
  private async giveUp(tx: EntityManager, id: string, error: unknown): Promise<void> {
    const [row] = await claimDue(tx, 'publishAt', { id });
    if (!row) return;
    const article = liveArticleOf(row);
    const cancelled = await save(tx, article, cancelPublishing(article, this.clock.now()));
    await holdSlugs(tx, [slugsOf(cancelled)]);
    const reason = error instanceof Refused ? { code: error.code, ...error.details } : { code: 'internal' };
    await audit(tx, theSchedule, 'schedule-failed', [cancelled], reason);
  }

  private async publishAll(tx: EntityManager, rows: readonly ArticleRow[]): Promise<void> {
    const due = rows.map(liveArticleOf);
    const now = this.clock.now();
    const contents = due.flatMap((article) => [approvedContentOf(article), article.draft]);
    const terms = await ResolvedTerms.forDrafts(tx, contents);
    const publications = due.map((article) => {
      // Never before the scheduled time, whatever this replica's clock says.
      const at = article.publishAt && article.publishAt > now ? article.publishAt : now;
      return publicationOf(article, publishApproved(article, terms, at), terms);
    });
    const firsts = publications.filter(({ before }) => before.publishedVersion === null);
    const updates = publications.filter(({ before }) => before.publishedVersion !== null);
    await this.publisher.publish(tx, firsts, { by: theSchedule, did: 'publish' });
    await this.publisher.publish(tx, updates, { by: theSchedule, did: 'update' });
  }

  private async takeDownAll(tx: EntityManager, rows: readonly ArticleRow[]): Promise<void> {
    for (const article of rows.map(liveArticleOf)) {
      if (article.state === 'published') {
        const retracted = retract(article, 'expired', undefined, this.clock.now());
        await this.publisher.takeDown(tx, article, retracted, theSchedule);
      } else await this.miss(tx, article);
    }
  }

  /** An article whose take-down is due before its first publication is not published. */
  private async miss(tx: EntityManager, article: LiveArticle): Promise<void> {
    const { publishAt, offlineAt } = article;
    const cancelled = await save(tx, article, cancelSchedule(article, this.clock.now()));
    await holdSlugs(tx, [slugsOf(cancelled)]);
    await audit(tx, theSchedule, 'schedule-missed', [cancelled], { publishAt, offlineAt });
    afterCommit(tx, () => this.failed.inc());
  }

  /** Unlike a publication, a take-down is never cancelled. */
  private retryLater(id: string): void {
    const backoff = this.retries.get(id)?.backoff ?? new Backoff(retryAfter.first, retryAfter.longest);
    this.retries.set(id, { backoff, at: Date.now() + backoff.next() });
  }

  /** Ids of take-downs whose next attempt is not due yet. */
  private waiting(): string[] {
    const now = Date.now();
    for (const [id, { at }] of this.retries) if (at + retryAfter.longest < now) this.retries.delete(id);
    return [...this.retries].filter(([, { at }]) => at > now).map(([id]) => id);
  }
}

type Work = (tx: EntityManager, due: readonly ArticleRow[]) => Promise<void>;

function liveArticleOf(row: ArticleRow): LiveArticle {
  const article = articleOf(row);
  mustBeAlive(article);
  return article;
}
