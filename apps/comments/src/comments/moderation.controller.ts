import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Id } from '#events';
import { CurrentActor, ForRoles } from '#http';
import type { Actor } from '#platform';
import { moderatedComment, RemoveCommentRequest, type ModeratedCommentResponse } from './comments.dto.js';
import { CommentsService } from './comments.service.js';

@Controller('editorial/comments')
@ForRoles('moderator')
export class ModerationController {
  constructor(private readonly comments: CommentsService) {}

  @Get(':id')
  async get(@Param('id', { schema: Id }) id: string): Promise<ModeratedCommentResponse> {
    return moderatedComment(await this.comments.get(id));
  }

  @Post(':id/remove')
  @HttpCode(200)
  async remove(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: RemoveCommentRequest }) { reason }: RemoveCommentRequest,
    @CurrentActor() by: Actor,
  ): Promise<ModeratedCommentResponse> {
    return moderatedComment(await this.comments.remove(id, reason, by));
  }
}
