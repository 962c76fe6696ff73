import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { OnArticleEvents } from './on-article-events.js';
import { EditorialPollsController } from './polls/editorial-polls.controller.js';
import { PollsController } from './polls/polls.controller.js';
import { PollsService } from './polls/polls.service.js';
import { Tallying } from './polls/tallying.js';
import { Voting } from './ballots/ballots.service.js';

@Module({
  imports: [MessagingModule.withSnapshots(PollsService)],
  controllers: [PollsController, EditorialPollsController, OnArticleEvents],
  providers: [PollsService, Voting, Tallying],
})
export class AppModule {}
