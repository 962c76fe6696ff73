import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { CommentsController } from './comments/comments.controller.js';
import { CommentCounts } from './comments/comment-counts.js';
import { CommentsService } from './comments/comments.service.js';
import { ModerationController } from './comments/moderation.controller.js';
import { PostingService } from './comments/posting.service.js';
import { OnArticleEvents } from './on-article-events.js';

@Module({
  imports: [MessagingModule.withSnapshots(CommentCounts)],
  controllers: [CommentsController, ModerationController, OnArticleEvents],
  providers: [CommentsService, CommentCounts, PostingService],
})
export class AppModule {}
