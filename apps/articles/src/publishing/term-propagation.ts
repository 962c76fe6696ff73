import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { failureKind, LOGGER, type Logger } from '#platform';
import { Article } from '../article/article.entity.js';
import { contentsOf, renameTerms } from '../article/article.rules.js';
import type { By } from '../article/audit.js';
import { Publisher } from './publisher.js';
import { Names } from '../taxonomy/resolved-terms.js';
import { Term } from '../taxonomy/term.entity.js';
import { measureJobs } from './term-propagation.metrics.js';
import {
  addJobs,
  claimJob,
  failJob,
  finishJob,
  keepFailure,
  nextArticles,
  saveProgress,
  type Job,
} from '../taxonomy/term-changes.js';

/** Milliseconds between looks at terms that another replica has changed. */
const LOOK_EVERY = 500;
/** Articles in one transaction. */
const BATCH = 50;

/**
 * Republishes every article that names a term which was renamed, described otherwise or merged. Each batch shares a
 * transaction with the progress of its job, so a restart goes on where the last batch ended. An article at fault is kept
 * as a failed job of its own, for an operator to retry, and holds up no other.
 */
@Injectable()
export class TermPropagation extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    super('term-propagation', LOOK_EVERY, log);
    measureJobs(db, registry);
  }

  /** For the articles of a term and, since their lists may be others now, of the places in it. */
  request(tx: EntityManager, termId: string, by: By): Promise<void> {
    return addJobs(tx, termId, by);
  }

  protected round(): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const job = await claimJob(tx);
      if (!job) return false;
      const ids = await nextArticles(tx, job, BATCH);
      if (ids.length > 0) await this.settle(tx, job, ids);
      else await this.finish(tx, job);
      return true;
    });
  }

  private async settle(tx: EntityManager, job: Job, ids: readonly string[]): Promise<void> {
    if (await permanentFailure(tx, (batch) => this.republish(batch, job, ids))) {
      for (const id of ids) await this.settleOne(tx, job, id);
    }
    await saveProgress(tx, job, ids);
  }

  private async settleOne(tx: EntityManager, job: Job, articleId: string): Promise<void> {
    const error = await permanentFailure(tx, (one) => this.republish(one, job, [articleId]));
    if (!error) return;
    this.log.error({ article: articleId, term: job.termId, err: error }, 'a change of a term failed');
    await keepFailure(tx, job, articleId, error);
  }

  private async finish(tx: EntityManager, job: Job): Promise<void> {
    const error = await permanentFailure(tx, (last) => forgetMerged(last, job.termId));
    if (!error) return finishJob(tx, job);
    this.log.error({ term: job.termId, err: error }, 'a merged term could not be removed');
    await failJob(tx, job, error);
  }

  private async republish(tx: EntityManager, { by }: Job, ids: readonly string[]): Promise<void> {
    const articles = await tx
      .createQueryBuilder(Article, 'article')
      .where('article.id = ANY(:ids)', { ids })
      .orderBy('article.id')
      .setLock('pessimistic_write')
      .getMany();
    const names = await Names.in(tx, articles.flatMap(contentsOf));
    const isPublic = articles.filter(({ snapshot }) => snapshot);
    const now = await Names.again(
      tx,
      isPublic.map(({ snapshot }) => snapshot!),
    );
    await this.publisher.publish(
      tx,
      isPublic.map((article) => {
        const publication = renameTerms(article, now.ofSnapshot(article.snapshot!));
        return { article, publication, lists: now.listsOf(publication.snapshot) };
      }),
      { by, did: 'retell' },
    );
    for (const article of articles) {
      const { id, draft, snapshot } = article;
      const termIds = names.idsIn(contentsOf(article), snapshot);
      await tx.update(Article, { id }, { draft: draft && names.current(draft), termIds } as never);
    }
  }
}

/**
 * Runs `work` in a savepoint. @returns the error that trying again would not change, after taking the work back.
 * @throws any other error.
 */
async function permanentFailure(
  tx: EntityManager,
  work: (tx: EntityManager) => Promise<void>,
): Promise<unknown> {
  try {
    await tx.transaction(work);
    return undefined;
  } catch (error) {
    if (failureKind(error) !== 'permanent') throw error;
    return error;
  }
}

/** A term that was merged is of no more use once no article names it. */
async function forgetMerged(tx: EntityManager, termId: string): Promise<void> {
  await tx
    .createQueryBuilder()
    .delete()
    .from(Term)
    .where('id = :termId AND merged_into IS NOT NULL', { termId })
    .andWhere('NOT EXISTS (SELECT FROM article WHERE term_ids @> ARRAY[:termId]::uuid[])')
    .execute();
}
