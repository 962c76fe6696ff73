import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Id } from '#events';
import { ClientSignal, ForAnyone, ForReaders, IdempotencyKey, ReaderId } from '#http';
import { listComments } from './comments.queries.js';
import {
  addedComment,
  AddCommentRequest,
  ListCommentsRequest,
  type AddedCommentResponse,
  type CommentsResponse,
} from './comments.dto.js';
import { PostingService } from './posting.service.js';

@Controller('articles/:articleId/comments')
export class CommentsController {
  constructor(
    private readonly posting: PostingService,
    private readonly db: DataSource,
  ) {}

  @Get()
  @ForAnyone()
  list(
    @Param('articleId', { schema: Id }) articleId: string,
    @Query({ schema: ListCommentsRequest }) request: ListCommentsRequest,
  ): Promise<CommentsResponse> {
    return listComments(this.db.manager, articleId, request);
  }

  @Post()
  @ForReaders()
  async add(
    @Param('articleId', { schema: Id }) articleId: string,
    @Body({ schema: AddCommentRequest }) request: AddCommentRequest,
    @ReaderId() readerId: string,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @ClientSignal() signal: AbortSignal,
  ): Promise<AddedCommentResponse> {
    return addedComment(await this.posting.add(articleId, request, readerId, { idempotencyKey, signal }));
  }
}
