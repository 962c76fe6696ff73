import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { Cards } from './cards/cards.js';
import { Interactions } from './interactions/interactions.js';
import { InteractionsController } from './interactions/interactions.controller.js';
import { CountEmitter } from './interactions/count-emitter.js';
import { OnArticleEvents } from './on-article-events.js';
import { OnCommentEvents } from './on-comment-events.js';
import { OnPollEvents } from './on-poll-events.js';
import { RailsController } from './rails/rails.controller.js';
import { Rails } from './rails/rails.js';
import { Placer } from './related/placer.js';
import { Related } from './related/related.js';
import { SlotsController } from './slots/slots.controller.js';
import { SlotsService } from './slots/slots.service.js';

@Module({
  imports: [MessagingModule.withSnapshots(Interactions)],
  controllers: [
    RailsController,
    InteractionsController,
    SlotsController,
    OnArticleEvents,
    OnCommentEvents,
    OnPollEvents,
  ],
  providers: [Cards, Related, Placer, Rails, SlotsService, Interactions, CountEmitter],
})
export class AppModule {}
