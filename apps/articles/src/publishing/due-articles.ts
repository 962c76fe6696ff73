import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { Refused } from '#http';
import { Backoff, BackgroundWork } from '#jobs';
import { afterCommit, Clock, failureKind, isFaultOfWork, LOGGER, type Logger } from '#platform';
import { Article } from '../article/article.entity.js';
import { approvedContentOf, publishApproved } from '../article/article.rules.js';
import { save } from '../article/article-store.js';
import { audit, theSchedule } from '../article/audit.js';
import { holdSlugs, slugsOf } from '../article/slugs.js';
import { Publisher } from './publisher.js';
import { cancelPublishing, cancelSchedule } from './schedule.rules.js';
import { TakeDown } from './take-down.js';

/** Milliseconds between looks at what is due: the latest that anything starts. */
const LOOK_EVERY = 200;
/** Milliseconds between attempts at a take-down that fails: the first wait and the longest. */
const retryAfter = { first: 1_000, longest: 60_000 } as const;
/** Milliseconds after which an article that was locked at each look is late, and for which its lock is then waited for. */
const [LATE, LOCK_WITHIN] = [1_000, 500];
/** Articles a transaction; small enough that a replica that dies holds up few others. */
const BATCH = 40;

/**
 * Publishes and takes offline what is due. A due article is claimed by its row lock and changed in the same transaction
 * as everything that follows from it, so with any number of replicas it happens once, and what fell due while none ran
 * happens at the next start. Due is what the database's clock says, since replicas may differ in theirs.
 */
@Injectable()
export class DueArticles extends BackgroundWork {
  private readonly failed: Counter;
  /** Take-downs that failed, and when each is tried again. */
  private readonly retries = new Map<string, { readonly backoff: Backoff; readonly at: number }>();

  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    private readonly takeDown: TakeDown,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    super('due-articles', LOOK_EVERY, log);
    this.failed = new Counter({
      name: 'schedules_failed_total',
      help: 'Scheduled publications and take-downs that could not be done.',
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
  private async settle(time: 'publishAt' | 'offlineAt', work: Work): Promise<number> {
    let ids: string[] = [];
    try {
      await this.db.transaction(async (tx) => {
        const due = await claim(tx, time, { limit: BATCH, except: this.waiting() });
        ids = due.map(({ id }) => id);
        if (due.length > 0) await work(tx, due);
      });
    } catch (error) {
      if (ids.length === 0 || !isFaultOfWork(error)) throw error;
      for (const id of ids) await this.settleOne(id, time, work);
    }
    return ids.length;
  }

  /** Whoever saves an article again and again must not hold up its schedule: the one longest overdue is waited for. */
  private async settleLate(time: 'publishAt' | 'offlineAt', work: Work): Promise<void> {
    const id = await late(this.db, time, this.waiting());
    if (!id) return;
    try {
      await this.db.transaction(async (tx) => {
        await tx.query(`SET LOCAL lock_timeout = ${LOCK_WITHIN}`);
        const due = await claim(tx, time, { id, waits: true });
        await tx.query(`SET LOCAL lock_timeout TO DEFAULT`);
        if (due.length > 0) await work(tx, due);
      });
    } catch (error) {
      // Still locked: the next look waits again.
      if (failureKind(error) === 'transient') return;
      if (!isFaultOfWork(error)) throw error;
      await this.settleOne(id, time, work);
    }
  }

  private async settleOne(id: string, time: 'publishAt' | 'offlineAt', work: Work): Promise<void> {
    try {
      await this.db.transaction(async (tx) => work(tx, await claim(tx, time, { id })));
      this.retries.delete(id);
    } catch (error) {
      if (!isFaultOfWork(error)) throw error;
      this.failed.inc();
      this.log.error({ article: id, err: error }, 'a schedule could not be kept');
      if (time === 'publishAt') await this.db.transaction((tx) => this.giveUp(tx, id, error));
      else this.retryLater(id);
    }
  }

  /** Takes the time of publication back and says in the article's audit log why. */
  private async giveUp(tx: EntityManager, id: string, error: unknown): Promise<void> {
    const [article] = await claim(tx, 'publishAt', { id });
    if (!article) return;
    await save(tx, article, cancelPublishing(article, this.clock.now()));
    await holdSlugs(tx, [slugsOf(article)]);
    const reason = error instanceof Refused ? { code: error.code, ...error.details } : { code: 'internal' };
    await audit(tx, theSchedule, 'schedule-failed', [article], reason);
  }

  private async publishAll(tx: EntityManager, due: readonly Article[]): Promise<void> {
    const now = this.clock.now();
    // Never before the time that was promised, whatever this replica's clock says.
    const at = ({ publishAt }: Article): Date => (publishAt! > now ? publishAt! : now);
    const firsts = due.filter(({ publishedVersion }) => publishedVersion === null);
    const updates = due.filter(({ publishedVersion }) => publishedVersion !== null);
    for (const [articles, did] of [[firsts, 'publish'] as const, [updates, 'update'] as const]) {
      await this.publisher.publishDrafts(
        tx,
        articles,
        { by: theSchedule, did },
        (names, article) => publishApproved(article, names, at(article)),
        approvedContentOf,
      );
    }
  }

  private async takeDownAll(tx: EntityManager, due: readonly Article[]): Promise<void> {
    for (const article of due) {
      if (article.state !== 'published') await this.miss(tx, article);
      else await this.takeDown.retract(tx, article, { reason: 'expired' }, theSchedule, this.clock.now());
    }
  }

  /** What was to be offline by now is not published any more. */
  private async miss(tx: EntityManager, article: Article): Promise<void> {
    const { publishAt, offlineAt } = article;
    await save(tx, article, cancelSchedule(article, this.clock.now()));
    await holdSlugs(tx, [slugsOf(article)]);
    await audit(tx, theSchedule, 'schedule-missed', [article], { publishAt, offlineAt });
    afterCommit(tx, () => this.failed.inc());
  }

  /** A time at which something has to be offline is never taken back. */
  private retryLater(id: string): void {
    const backoff = this.retries.get(id)?.backoff ?? new Backoff(retryAfter.first, retryAfter.longest);
    this.retries.set(id, { backoff, at: Date.now() + backoff.next() });
  }

  /** Ids of take-downs whose next try is not due yet. */
  private waiting(): string[] {
    const now = Date.now();
    for (const [id, { at }] of this.retries) if (at + retryAfter.longest < now) this.retries.delete(id);
    return [...this.retries].filter(([, { at }]) => at > now).map(([id]) => id);
  }
}

type Work = (tx: EntityManager, due: Article[]) => Promise<void>;

const column = { publishAt: 'publish_at', offlineAt: 'offline_at' } as const;

/** SQL: what else must hold for an article to be due. What has to be offline is never due to be published. */
const andNotOffline = {
  publishAt: 'AND (article.offline_at IS NULL OR article.offline_at > clock_timestamp())',
  offlineAt: '',
} as const;

interface Claim {
  readonly limit?: number;
  /** Ids that are left out. */
  readonly except?: readonly string[];
  /** The only one that is asked for. */
  readonly id?: string;
  /** Whether a lock of somebody else is waited for, instead of skipping its article. */
  readonly waits?: boolean;
}

/** Locks due articles, the longest overdue first. */
function claim(
  tx: EntityManager,
  time: keyof typeof column,
  { limit = 1, except = [], id, waits = false }: Claim,
): Promise<Article[]> {
  const query = tx
    .createQueryBuilder(Article, 'article')
    .where(`article.${column[time]} <= clock_timestamp() ${andNotOffline[time]}`)
    .orderBy(`article.${time}`)
    .limit(limit)
    .setLock('pessimistic_write');
  if (!waits) query.setOnLocked('skip_locked');
  if (except.length > 0) query.andWhere('article.id <> ALL(:except)', { except });
  return (id ? query.andWhere('article.id = :id', { id }) : query).getMany();
}

/** The article that is longest overdue, locked or not. */
async function late(
  db: DataSource,
  time: keyof typeof column,
  except: readonly string[],
): Promise<string | undefined> {
  const [row]: { id: string }[] = await db.query(
    `SELECT id FROM article
     WHERE ${column[time]} <= clock_timestamp() - interval '${LATE} milliseconds' AND id <> ALL ($1) ${andNotOffline[time]}
     ORDER BY ${column[time]} LIMIT 1`,
    [except],
  );
  return row?.id;
}
