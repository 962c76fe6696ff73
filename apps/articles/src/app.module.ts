import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { DraftsController } from './drafts/drafts.controller.js';
import { DraftsService } from './drafts/drafts.service.js';
import { FormerDraftsController } from './drafts/former-drafts.controller.js';
import { RevisionsController } from './drafts/revisions.controller.js';
import { FeedsController } from './feeds/feeds.controller.js';
import { FeedsService } from './feeds/feeds.service.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';
import { ArticleSnapshots } from './publishing/article-snapshots.js';
import { DueArticles } from './publishing/due-articles.js';
import { Publisher } from './publishing/publisher.js';
import { PublishingController } from './publishing/publishing.controller.js';
import { PublishingService } from './publishing/publishing.service.js';
import { TermPropagation } from './publishing/term-propagation.js';
import { ArticlesController } from './reading/articles.controller.js';
import { RetractionsController } from './retractions/retractions.controller.js';
import { SearchController } from './search/search.controller.js';
import { WordLearning } from './search/word-learning.js';
import { TermsController } from './taxonomy/terms.controller.js';
import { TermsService } from './taxonomy/terms.service.js';

@Module({
  imports: [MessagingModule.withSnapshots(ArticleSnapshots)],
  controllers: [
    ArticlesController,
    SearchController,
    FeedsController,
    RetractionsController,
    DraftsController,
    RevisionsController,
    FormerDraftsController,
    PublishingController,
    ImportsController,
    TermsController,
  ],
  providers: [
    DraftsService,
    PublishingService,
    Publisher,
    DueArticles,
    ArticleSnapshots,
    TermsService,
    TermPropagation,
    WordLearning,
    ImportsService,
    FeedsService,
  ],
})
export class AppModule {}
