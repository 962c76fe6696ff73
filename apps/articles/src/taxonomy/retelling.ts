import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork, LOGGER, type Logger } from '#platform';
import { Article } from '../articles/article.entity.js';
import { contentsOf, retell } from '../articles/article.rules.js';
import type { By } from '../articles/audit.js';
import { Publisher } from '../publishing/publisher.js';
import { Names } from './names.js';
import { Term } from './term.entity.js';

/** Milliseconds between looks at changed terms that another replica was told of. */
const LOOK_EVERY = 500;
const BATCH = 50;

interface Job {
  readonly id: string;
  readonly term_id: string;
  readonly by_id: string;
  readonly by_name: string;
  readonly last_id: string;
}

/**
 * Tells of every article anew that names a term which was renamed, described otherwise or merged. Batch by batch, each
 * in one transaction with the job's own progress: a restart goes on where the last batch ended.
 */
@Injectable()
export class Retelling extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    @Inject(LOGGER) log: Logger,
  ) {
    super('retelling', LOOK_EVERY, log);
  }

  /** For the articles of a term and, since their lists may be others now, of the places in it. */
  async request(tx: EntityManager, termId: string, by: By): Promise<void> {
    await tx.query(
      `WITH RECURSIVE changed AS (
         SELECT $1::uuid AS id UNION SELECT term.id FROM term JOIN changed ON term.parent_id = changed.id
       ) INSERT INTO retelling (term_id, by_id, by_name) SELECT id, $2, $3 FROM changed`,
      [termId, by.id, by.name],
    );
  }

  protected round(): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [job]: Job[] = await tx.query(
        `SELECT id, term_id, by_id, by_name, coalesce(last_id, '00000000-0000-0000-0000-000000000000') AS last_id
         FROM retelling WHERE finished_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      if (!job) return false;
      const articles = await tx
        .createQueryBuilder(Article, 'article')
        .where('article.term_ids @> ARRAY[:term]::uuid[] AND article.id > :last', {
          term: job.term_id,
          last: job.last_id,
        })
        .orderBy('article.id')
        .limit(BATCH)
        .setLock('pessimistic_write')
        .getMany();
      if (articles.length > 0) await this.tellAgain(tx, articles, { id: job.by_id, name: job.by_name });
      else await forgetMerged(tx, job.term_id);
      await tx.query(
        `UPDATE retelling SET done = done + $2, last_id = coalesce($3, last_id),
           finished_at = CASE WHEN $2 = 0 THEN now() END WHERE id = $1`,
        [job.id, articles.length, articles.at(-1)?.id ?? null],
      );
      return true;
    });
  }

  private async tellAgain(tx: EntityManager, articles: readonly Article[], by: By): Promise<void> {
    const names = await Names.in(tx, articles.flatMap(contentsOf));
    const told = articles.filter(({ snapshot }) => snapshot);
    const now = await Names.again(
      tx,
      told.map(({ snapshot }) => snapshot!),
    );
    await this.publisher.publish(
      tx,
      told.map((article) => {
        const publication = retell(article, now.ofSnapshot(article.snapshot!));
        return { article, publication, lists: now.listsOf(publication.snapshot) };
      }),
      { by, did: 'retell' },
    );
    for (const article of articles) {
      const { id, draft, snapshot } = article;
      const termIds = names.idsIn(contentsOf(article), snapshot);
      await tx.update(Article, { id }, { draft: draft && names.current(draft), termIds } as never);
    }
  }
}

/** A term that was merged is of no more use once no article names it. */
async function forgetMerged(tx: EntityManager, termId: string): Promise<void> {
  await tx
    .createQueryBuilder()
    .delete()
    .from(Term)
    .where('id = :termId AND merged_into IS NOT NULL', { termId })
    .andWhere('NOT EXISTS (SELECT FROM article WHERE term_ids @> ARRAY[:termId]::uuid[])')
    .execute();
}
