import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ArticlesController } from './articles/articles.controller.js';
import { Lists } from './articles/lists.js';
import { Caches } from './caching/caches.js';
import { CommentsController } from './comments/comments.controller.js';
import { ProblemsController } from './docs/problems.controller.js';
import { EditorialController } from './editorial/editorial.controller.js';
import { FeedsController } from './feeds/feeds.controller.js';
import { PageController } from './page/page.controller.js';
import { PageService } from './page/page.service.js';
import { SubscriberPage } from './page/subscriber-page.js';
import { PollsController } from './polls/polls.controller.js';
import { RailsController } from './rails/rails.controller.js';
import { RetractionPoller } from './retractions/retraction-poller.js';
import { Retractions } from './retractions/retractions.js';
import { OriginGuard } from './security/origin.guard.js';
import { ReaderCookie } from './security/reader-cookie.js';
import { FullText } from './subscribers/full-text.js';
import { Upstream } from './upstream/upstream.js';

@Module({
  controllers: [
    PageController,
    ArticlesController,
    CommentsController,
    PollsController,
    RailsController,
    FeedsController,
    EditorialController,
    ProblemsController,
  ],
  providers: [
    Upstream,
    Caches,
    Retractions,
    RetractionPoller,
    Lists,
    FullText,
    PageService,
    SubscriberPage,
    ReaderCookie,
    { provide: APP_GUARD, useClass: OriginGuard },
  ],
})
export class AppModule {}
