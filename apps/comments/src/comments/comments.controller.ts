import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Id } from '#events';
import { ForAnyone, ForReaders, IdempotencyKey, ReaderId } from '#platform';
import { listComments } from './comment-list.js';
import {
  AddCommentRequest,
  ListCommentsRequest,
  publicComment,
  type CommentResponse,
  type CommentsResponse,
} from './comments.dto.js';
import { CommentsService } from './comments.service.js';

@Controller('articles/:articleId/comments')
export class CommentsController {
  constructor(
    private readonly comments: CommentsService,
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
    @IdempotencyKey() key: string | undefined,
  ): Promise<CommentResponse & { state: string }> {
    const comment = await this.comments.add(articleId, request, readerId, key);
    return { ...publicComment(comment), state: comment.state };
  }
}
