import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { ArticlesService } from './articles/articles.service.js';
import { EditorialArticlesController } from './articles/editorial-articles.controller.js';
import { FeedsController } from './feeds/feeds.controller.js';
import { FeedsService } from './feeds/feeds.service.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';
import { DueArticles } from './publishing/due-articles.js';
import { Publisher } from './publishing/publisher.js';
import { ArticleSnapshots } from './publishing/republish.js';
import { TakeDown } from './publishing/take-down.js';
import { ArticlesController } from './reading/articles.controller.js';
import { RevisionsController } from './revisions/revisions.controller.js';
import { SearchController } from './search/search.controller.js';
import { WordLearning } from './search/word-learning.js';
import { Retelling } from './taxonomy/retelling.js';
import { TermsController } from './taxonomy/terms.controller.js';
import { TermsService } from './taxonomy/terms.service.js';

@Module({
  imports: [MessagingModule.withSnapshots(ArticleSnapshots)],
  controllers: [
    ArticlesController,
    SearchController,
    FeedsController,
    EditorialArticlesController,
    RevisionsController,
    ImportsController,
    TermsController,
  ],
  providers: [
    ArticlesService,
    Publisher,
    TakeDown,
    DueArticles,
    ArticleSnapshots,
    TermsService,
    Retelling,
    WordLearning,
    ImportsService,
    FeedsService,
  ],
})
export class AppModule {}
