import { Column, Entity, PrimaryGeneratedColumn, type EntityManager } from 'typeorm';
import type { Actor } from '#platform';
import type { Article } from './article.entity.js';

/** Who did what to an article, and when. */
@Entity('audit')
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('uuid', { name: 'article_id' })
  articleId!: string;

  @Column('integer')
  version!: number;

  @Column('text')
  did!: AuditedAct;

  @Column('text', { name: 'by_id' })
  byId!: string;

  @Column('text', { name: 'by_name' })
  byName!: string;
}

export type AuditedAct = 'create' | 'edit' | 'publish' | 'update' | 'retract';

/** Writes the line in the transaction of the act itself. */
export async function audit(
  tx: EntityManager,
  by: Actor,
  did: AuditedAct,
  { id, version }: Article,
): Promise<void> {
  await tx.insert(AuditEntry, { articleId: id, version, did, byId: by.id, byName: by.name });
}
