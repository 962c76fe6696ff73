import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { BallotsController } from './ballots/ballots.controller.js';
import { BallotsService } from './ballots/ballots.service.js';
import { OnArticleEvents } from './on-article-events.js';
import { EditorialPollsController } from './polls/editorial-polls.controller.js';
import { PollsController } from './polls/polls.controller.js';
import { PollsService } from './polls/polls.service.js';
import { Tallying } from './polls/tallying.js';

@Module({
  imports: [MessagingModule.withSnapshots(PollsService)],
  controllers: [PollsController, BallotsController, EditorialPollsController, OnArticleEvents],
  providers: [PollsService, BallotsService, Tallying],
})
export class AppModule {}
