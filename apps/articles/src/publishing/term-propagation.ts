import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { failureKind, LOGGER, type Logger } from '#platform';
import { contentsOf } from '../article/approval.rules.js';
import { articleOf, type Article } from '../article/article.js';
import { ArticleRow } from '../article/article.entity.js';
import { renameTerms } from '../article/article.rules.js';
import { save } from '../article/article-store.js';
import { ResolvedTerms } from '../taxonomy/resolved-terms.js';
import { Publisher } from './publisher.js';
import { measureTermChanges } from './term-propagation.metrics.js';
import {
  claimJob,
  deleteIfMerged,
  failJob,
  finishJob,
  keepFailure,
  nextArticles,
  saveProgress,
  type Job,
} from './term-propagation.queries.js';

/** Milliseconds between polls for terms that another replica has changed. */
const LOOK_EVERY = 500;
/** Articles in one transaction. */
const BATCH = 50;

/**
 * Republishes every article that names a renamed, edited or merged term. Each batch shares a transaction with the
 * progress of its job, so a restart continues after the last batch. An article that fails permanently becomes a failed
 * job of its own, which an operator can retry, and does not stop the others.
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
    measureTermChanges(db, registry);
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
    this.log.error({ article: articleId, term: job.termId, err: error }, 'a term change failed');
    await keepFailure(tx, job, articleId, error);
  }

  private async finish(tx: EntityManager, job: Job): Promise<void> {
    const error = await permanentFailure(tx, (last) => deleteIfMerged(last, job.termId));
    if (!error) return finishJob(tx, job);
    this.log.error({ term: job.termId, err: error }, 'a merged term could not be removed');
    await failJob(tx, job, error);
  }

  private async republish(tx: EntityManager, { by }: Job, ids: readonly string[]): Promise<void> {
    const rows = await tx
      .createQueryBuilder(ArticleRow, 'article')
      .where('article.id = ANY(:ids)', { ids })
      .orderBy('article.id')
      .setLock('pessimistic_write')
      .getMany();
    const articles = rows.map(articleOf);
    const published = articles.filter((article) => article.state === 'published');
    const terms = await ResolvedTerms.forDrafts(tx, articles.flatMap(contentsOf));
    const present = await ResolvedTerms.forSnapshots(
      tx,
      published.map(({ snapshot }) => snapshot),
    );
    const publications = published.map((before) => {
      const after = renameTerms(before, present.presentNamesOf(before.snapshot));
      return { before, after, lists: present.listsOf(after.snapshot) };
    });
    await this.publisher.publish(tx, publications, { by, did: 'term-changed' });
    const republished = new Map<string, Article>(publications.map(({ after }) => [after.id, after]));
    for (const article of articles) {
      const before = republished.get(article.id) ?? article;
      await save(tx, before, withPresentTerms(before, terms));
    }
  }
}

/** Replaces the earlier slugs of terms in the working copy, and records which terms the article names. */
const withPresentTerms = <A extends Article>(article: A, terms: ResolvedTerms): A => ({
  ...article,
  draft: article.draft && terms.withPresentSlugs(article.draft),
  termIds: terms.idsIn(contentsOf(article), article.snapshot),
});

/**
 * Runs `work` in a savepoint. @returns a permanent error, after rolling back to the savepoint.
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
