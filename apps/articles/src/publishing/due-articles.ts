import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork, Clock, isTransient, LOGGER, Refused, type Logger } from '#platform';
import { Article } from '../articles/article.entity.js';
import { publish } from '../articles/article.rules.js';
import { save } from '../articles/article-store.js';
import { audit, theSchedule } from '../articles/audit.js';
import { Publisher } from './publisher.js';
import { cancelSchedule } from './schedule.rules.js';
import { TakeDown } from './take-down.js';

/** Milliseconds between looks at what is due: the latest that anything starts. */
const LOOK_EVERY = 200;
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
    const published = await this.settle('publishAt', (tx, due) => this.publishAll(tx, due));
    const takenDown = await this.settle('offlineAt', (tx, due) => this.takeDownAll(tx, due));
    return published + takenDown > 0;
  }

  /** @returns how many articles were due. What one of them is at fault for does not stop the others. */
  private async settle(time: 'publishAt' | 'offlineAt', work: Work): Promise<number> {
    let ids: string[] = [];
    try {
      await this.db.transaction(async (tx) => {
        const due = await claim(tx, time, BATCH);
        ids = due.map(({ id }) => id);
        if (due.length > 0) await work(tx, due);
      });
    } catch (error) {
      if (ids.length === 0 || isTransient(error)) throw error;
      for (const id of ids) await this.settleOne(id, time, work);
    }
    return ids.length;
  }

  private async settleOne(id: string, time: 'publishAt' | 'offlineAt', work: Work): Promise<void> {
    try {
      await this.db.transaction(async (tx) => work(tx, await claim(tx, time, 1, id)));
    } catch (error) {
      if (isTransient(error)) throw error;
      this.failed.inc();
      this.log.error({ article: id, err: error }, 'a schedule could not be kept');
      await this.db.transaction((tx) => this.giveUp(tx, id, time, error));
    }
  }

  /** Takes the schedule back and says in the article's audit log why. */
  private async giveUp(
    tx: EntityManager,
    id: string,
    time: 'publishAt' | 'offlineAt',
    error: unknown,
  ): Promise<void> {
    const [article] = await claim(tx, time, 1, id);
    if (!article) return;
    await save(tx, article, cancelSchedule(article, this.clock.now()));
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
      await this.publisher.publishDrafts(tx, articles, { by: theSchedule, did }, (names, article) =>
        publish(article, names, at(article)),
      );
    }
  }

  private async takeDownAll(tx: EntityManager, due: readonly Article[]): Promise<void> {
    for (const article of due) {
      await this.takeDown.retract(tx, article, { reason: 'expired' }, theSchedule, this.clock.now());
    }
  }
}

type Work = (tx: EntityManager, due: Article[]) => Promise<void>;

const column = { publishAt: 'publish_at', offlineAt: 'offline_at' } as const;

/** Locks due articles that nobody else is working on, the longest overdue first. */
function claim(tx: EntityManager, time: keyof typeof column, limit: number, id?: string): Promise<Article[]> {
  const query = tx
    .createQueryBuilder(Article, 'article')
    .where(`article.${column[time]} <= clock_timestamp()`)
    .orderBy(`article.${time}`)
    .limit(limit)
    .setLock('pessimistic_write')
    .setOnLocked('skip_locked');
  return (id ? query.andWhere('article.id = :id', { id }) : query).getMany();
}
