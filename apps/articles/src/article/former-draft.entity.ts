import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ArticleDraft } from '#api';

/** A working copy that was replaced before readers saw it. */
@Entity('former_draft')
export class FormerDraft {
  @PrimaryColumn('uuid', { name: 'article_id' })
  articleId!: string;

  /** The last version of the article with this working copy. */
  @PrimaryColumn('integer')
  version!: number;

  @Column('json')
  draft!: ArticleDraft;

  @Column('timestamptz', { name: 'replaced_at' })
  replacedAt!: Date;

  @Column('text', { name: 'by_id' })
  byId!: string;

  @Column('text', { name: 'by_name' })
  byName!: string;
}
