import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ArticleDraft } from '#api';
import { Clock } from '#platform';
import { publishAsOf } from '../article/article.rules.js';
import { findArticle } from '../article/article-store.js';
import { audit, type ActorRef } from '../article/audit.js';
import { completeTextOf, type Missing } from '../article/complete-text.js';
import { lockKey } from '../article/lock-key.js';
import { digestOf } from '../article/slugs.js';
import { DraftsService } from '../drafts/drafts.service.js';
import { publicationOf, Publisher } from '../publishing/publisher.js';
import { ResolvedTerms } from '../taxonomy/resolved-terms.js';
import { fieldOf, termKinds, type TermKind } from '../taxonomy/term.entity.js';
import { TermsService } from '../taxonomy/terms.service.js';
import type { Imported, ImportRequest } from './imports.dto.js';

/** Imports articles from another system, each once, however often it is sent. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly db: DataSource,
    private readonly drafts: DraftsService,
    private readonly terms: TermsService,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
  ) {}

  /**
   * Publishes the article immediately if the request asks for that and nothing is missing; otherwise it becomes a draft.
   * Creates missing terms, and adds a suffix to a slug that is taken. @throws Refused `term.unknown`.
   */
  import(request: ImportRequest, by: ActorRef): Promise<Imported> {
    const { sourceId, publishedAt, state } = request;
    return this.db.transaction(async (tx) => {
      await lockKey(tx, `article.import ${sourceId}`);
      const earlier = await findArticle(tx, [{ sourceId }, { sourceId: digestOf(sourceId) }]);
      if (earlier) return { article: earlier, known: true, missing: [] };
      await this.createTerms(tx, request, by);
      const article = await this.drafts.start(tx, request.article, { sourceId });
      await audit(tx, by, 'import', [article], { sourceId });
      if (state === 'draft') return { article, known: false, missing: [] };
      const missing = this.missingFor(request.article);
      if (missing.length > 0) return { article, known: false, missing };
      const now = this.clock.now();
      const terms = await ResolvedTerms.forDrafts(tx, [article.draft]);
      const published = publishAsOf(article, terms, publishedAt ?? now, now);
      await this.publisher.publish(tx, [publicationOf(article, published, terms)], { by, did: 'publish' });
      return { article: published, known: false, missing };
    });
  }

  private missingFor(draft: ArticleDraft): Missing[] {
    const complete = completeTextOf(draft);
    if ('missing' in complete) return complete.missing;
    const { embargoUntil } = draft;
    const isFree = !embargoUntil || new Date(embargoUntil) <= this.clock.now();
    return isFree ? [] : [{ pointer: '/embargoUntil', detail: 'is in the future' }];
  }

  private async createTerms(tx: EntityManager, { terms = {} }: ImportRequest, by: ActorRef): Promise<void> {
    for (const kind of termKinds) await this.terms.ensure(tx, kind, namedIn(terms, kind), by);
  }
}

const namedIn = (terms: NonNullable<ImportRequest['terms']>, kind: TermKind) =>
  [terms[fieldOf[kind]] ?? []].flat();
