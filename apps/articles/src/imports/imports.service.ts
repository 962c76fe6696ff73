import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '#platform';
import { Article } from '../article/article.entity.js';
import { publishAsOf } from '../article/article.rules.js';
import { lockKey } from '../article/article-store.js';
import type { ArticleDraft } from '../article/article-content.js';
import { completeTextOf, type Missing } from '../article/complete-text.js';
import { ArticlesService } from '../drafts/drafts.service.js';
import { audit, type By } from '../article/audit.js';
import { digestOf } from '../article/slugs.js';
import { Publisher } from '../publishing/publisher.js';
import { fieldOf, termKinds, type TermKind } from '../taxonomy/term.entity.js';
import { TermsService } from '../taxonomy/terms.service.js';
import type { Imported, ImportRequest } from './imports.dto.js';

/** Takes articles over from another system, each once, however often it is sent. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly db: DataSource,
    private readonly articles: ArticlesService,
    private readonly terms: TermsService,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
  ) {}

  /**
   * At once public, if it is to be and nothing is missing for that, else a draft. Terms that are missing are created; a
   * slug that is taken gets a tail. @throws Refused `term.unknown`.
   */
  import(request: ImportRequest, by: By): Promise<Imported> {
    const { sourceId, publishedAt, state } = request;
    return this.db.transaction(async (tx) => {
      await lockKey(tx, `article.import ${sourceId}`);
      const earlier = await tx.findOne(Article, { where: [{ sourceId }, { sourceId: digestOf(sourceId) }] });
      if (earlier) return { article: earlier, known: true, missing: [] };
      await this.createTerms(tx, request, by);
      const draft = request.article;
      const article = await this.articles.start(tx, draft, { sourceId });
      await audit(tx, by, 'import', [article], { sourceId });
      const missing = state === 'published' ? this.missingFor(draft) : [];
      if (state === 'published' && missing.length === 0) {
        const now = this.clock.now();
        await this.publisher.publishDrafts(tx, [article], { by, did: 'publish' }, (names) =>
          publishAsOf(article, names, publishedAt ?? now, now),
        );
      }
      return { article, known: false, missing };
    });
  }

  private missingFor(draft: ArticleDraft): Missing[] {
    const complete = completeTextOf(draft);
    if ('missing' in complete) return complete.missing;
    const { embargoUntil } = draft;
    const isFree = !embargoUntil || new Date(embargoUntil) <= this.clock.now();
    return isFree ? [] : [{ pointer: '/embargoUntil', detail: 'lies in the future' }];
  }

  private async createTerms(tx: EntityManager, { terms = {} }: ImportRequest, by: By): Promise<void> {
    for (const kind of termKinds) await this.terms.ensure(tx, kind, namedIn(terms, kind), by);
  }
}

const namedIn = (terms: NonNullable<ImportRequest['terms']>, kind: TermKind) =>
  [terms[fieldOf[kind]] ?? []].flat();
