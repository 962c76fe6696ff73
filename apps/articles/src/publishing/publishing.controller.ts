import { Body, Controller, Delete, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Id } from '#events';
import { CurrentActor, ForRoles, IfMatch } from '#http';
import type { Actor } from '#platform';
import { sendEditorialArticle, type EditorialArticle } from '../article/editorial-article.js';
import { CorrectArticleRequest, RetractArticleRequest, ScheduleArticleRequest } from './publishing.dto.js';
import { PublishingService } from './publishing.service.js';

/** Publishing, correcting, scheduling and taking down. Every change requires the current version as `If-Match`. */
@Controller('editorial/articles')
@ForRoles('editor')
export class PublishingController {
  constructor(private readonly publishing: PublishingService) {}

  @Post(':id/publish')
  @HttpCode(200)
  async publish(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.publishing.publish(id, expected, by));
  }

  @Post(':id/correct')
  @HttpCode(200)
  async correct(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: CorrectArticleRequest }) { note }: CorrectArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.publishing.correct(id, expected, note, by));
  }

  /** Sets or moves the times at which the article is published and taken offline. */
  @Post(':id/schedule')
  @HttpCode(200)
  async schedule(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: ScheduleArticleRequest }) times: ScheduleArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.publishing.schedule(id, expected, times, by));
  }

  @Delete(':id/schedule')
  async cancelSchedule(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.publishing.cancelSchedule(id, expected, by));
  }

  @Post(':id/retract')
  @HttpCode(200)
  async retract(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: RetractArticleRequest }) request: RetractArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.publishing.retract(id, expected, request, by));
  }

  @Post(':id/purge')
  @HttpCode(200)
  async purge(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.publishing.purge(id, expected, by));
  }
}
