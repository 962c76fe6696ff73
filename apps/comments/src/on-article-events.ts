import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articlePublished, articleRetracted, articleUpdated, type EventOf } from '#events';
import { OnEvent } from '#messaging';
import { CommentsService } from './comments/comments.service.js';

/** Opens an article for comments when it is published, and closes it when it is retracted. */
@Controller()
export class OnArticleEvents {
  constructor(private readonly comments: CommentsService) {}

  @OnEvent(articlePublished, articleUpdated)
  async open({ subject, data }: EventOf<typeof articlePublished | typeof articleUpdated>, tx: EntityManager) {
    await this.comments.follow(tx, subject, data.version, true);
  }

  @OnEvent(articleRetracted)
  async close({ subject, data }: EventOf<typeof articleRetracted>, tx: EntityManager) {
    await this.comments.follow(tx, subject, data.version, false);
  }
}
