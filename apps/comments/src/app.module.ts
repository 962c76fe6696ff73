import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { CommentsController } from './comments/comments.controller.js';
import { CommentsService } from './comments/comments.service.js';
import { ModerationController } from './comments/moderation.controller.js';
import { OnArticleEvents } from './on-article-events.js';

@Module({
  imports: [MessagingModule],
  controllers: [CommentsController, ModerationController, OnArticleEvents],
  providers: [CommentsService],
})
export class AppModule {}
