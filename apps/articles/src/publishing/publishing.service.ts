import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { articleRetracted } from '#events';
import { Outbox } from '#messaging';
import { Clock } from '#platform';
import type { Article } from '../article/article.js';
import { correct, mustBeAlive, publish, purge, retract } from '../article/article.rules.js';
import { lockArticle, save } from '../article/article-store.js';
import { audit, type ActorRef } from '../article/audit.js';
import { holdSlugs, slugsOf } from '../article/slugs.js';
import { ResolvedTerms } from '../taxonomy/resolved-terms.js';
import { eraseText } from './erase-text.js';
import { publicationOf, Publisher, retractionOf } from './publisher.js';
import type { RetractArticleRequest } from './publishing.dto.js';
import { cancelSchedule, schedule, type Schedule } from './schedule.rules.js';

/**
 * One method per use case: lock, load the terms, decide, save, emit. Each throws Refused `article.unknown` and
 * `article.changed-meanwhile`, in addition to those it documents.
 */
@Injectable()
export class PublishingService {
  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws Refused `article.already-retracted`, `article.unchanged`, `article.incomplete`, `article.embargoed`, `article.slug-taken`. */
  publish(id: string, expected: number, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      mustBeAlive(article);
      const terms = await ResolvedTerms.forDrafts(tx, [article.draft]);
      const published = publish(article, terms, this.clock.now());
      const did = article.publishedVersion === null ? 'publish' : 'update';
      await this.publisher.publish(tx, [publicationOf(article, published, terms)], { by, did });
      return published;
    });
  }

  /** @throws Refused `article.not-published`, `article.already-retracted`, `article.incomplete`, `article.too-many-corrections`. */
  correct(id: string, expected: number, note: string, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      mustBeAlive(article);
      const terms = await ResolvedTerms.forDrafts(tx, [article.draft]);
      const corrected = correct(article, terms, note, this.clock.now());
      await this.publisher.publish(tx, [publicationOf(article, corrected, terms)], {
        by,
        did: 'correct',
        note,
      });
      return corrected;
    });
  }

  /** @throws Refused `schedule.…`, `article.already-retracted`, `article.unchanged`, `article.incomplete`, `article.embargoed`. */
  schedule(id: string, expected: number, times: Schedule, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const scheduled = await save(tx, article, schedule(article, times, this.clock.now()));
      await holdSlugs(tx, [slugsOf(scheduled)]);
      await audit(tx, by, 'schedule', [scheduled], { ...times });
      return scheduled;
    });
  }

  /** @throws Refused `schedule.none`, `article.already-retracted`. */
  cancelSchedule(id: string, expected: number, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const cancelled = await save(tx, article, cancelSchedule(article, this.clock.now()));
      await holdSlugs(tx, [slugsOf(cancelled)]);
      await audit(tx, by, 'cancel-schedule', [cancelled]);
      return cancelled;
    });
  }

  /** @throws Refused `article.not-published`, `article.already-retracted`. */
  retract(
    id: string,
    expected: number,
    { reason, note }: RetractArticleRequest,
    by: ActorRef,
  ): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const retracted = retract(article, reason, note, this.clock.now());
      await this.publisher.takeDown(tx, article, retracted, by);
      return retracted;
    });
  }

  /**
   * Erases the text of a retracted article, and emits the retraction again.
   * @throws Refused `article.not-retracted`, `article.purged`.
   */
  purge(id: string, expected: number, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const purged = purge(article, this.clock.now());
      await eraseText(tx, article, purged);
      await this.outbox.add(tx, articleRetracted, retractionOf(purged));
      await audit(tx, by, 'purge', [purged]);
      return purged;
    });
  }
}
