import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Id } from '#events';
import { ClientSignal, ForAnyone, ForReaders, IdempotencyKey, ReaderId } from '#http';
import { listComments } from './comments.queries.js';
import {
  AddCommentRequest,
  ListCommentsRequest,
  publicComment,
  type CommentResponse,
  type CommentsResponse,
} from './comments.dto.js';
import { Posting } from './posting.service.js';

@Controller('articles/:articleId/comments')
export class CommentsController {
  constructor(
    private readonly posting: Posting,
    private readonly db: DataSource,
  ) {}

  @Get()
  @ForAnyone()
  list(
    @Param('articleId', { schema: Id }) articleId: string,
    @Query({ schema: ListCommentsRequest }) request: ListCommentsRequest,
  ): Promise<CommentsResponse> {
    return listComments(this.db, articleId, request);
  }

  @Post()
  @ForReaders()
  async add(
    @Param('articleId', { schema: Id }) articleId: string,
    @Body({ schema: AddCommentRequest }) request: AddCommentRequest,
    @ReaderId() readerId: string,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @ClientSignal() signal: AbortSignal,
  ): Promise<CommentResponse & { state: string }> {
    const comment = await this.posting.add(articleId, request, readerId, { idempotencyKey, signal });
    return { ...publicComment(comment), state: comment.state };
  }
}
