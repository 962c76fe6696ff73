import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articlePublished, articleRetracted, articleUpdated, type EventOf } from '#events';
import { OnEvent, unlessNewer } from '#messaging';
import { PollsService } from './polls/polls.service.js';

/** Opens the polls of a published article, and retracts those of a retracted one. */
@Controller()
export class OnArticleEvents {
  constructor(private readonly polls: PollsService) {}

  @OnEvent(articlePublished, articleUpdated)
  async openPolls(
    { subject, data }: EventOf<typeof articlePublished | typeof articleUpdated>,
    tx: EntityManager,
  ) {
    if (!(await isNewest(tx, subject, data.version))) return;
    const pollIds = data.article.body.flatMap((block) => (block.type === 'poll' ? [block.pollId] : []));
    if (pollIds.length > 0) await this.polls.openFor(tx, subject, pollIds);
  }

  @OnEvent(articleRetracted)
  async retractPolls({ subject, data }: EventOf<typeof articleRetracted>, tx: EntityManager) {
    if (await isNewest(tx, subject, data.version)) await this.polls.retractFor(tx, subject);
  }
}

/** Whether no newer version of the article has arrived; if so, stores this one. */
async function isNewest(tx: EntityManager, articleId: string, version: number): Promise<boolean> {
  const rows = await tx.sql<object[]>`
    INSERT INTO followed_article (article_id, version) VALUES (${articleId}, ${version})
    ${unlessNewer('followed_article', { key: 'article_id', version: 'version' })}`;
  return rows.length > 0;
}
