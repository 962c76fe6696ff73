import { MessagingTables1700000000000 } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { Article } from './articles/article.entity.js';
import { AuditEntry } from './articles/audit.entity.js';
import { Revision } from './articles/revision.entity.js';
import { Author } from './authors/author.entity.js';
import { ArticleTables1763900000000 } from './migrations/1763900000000-article-tables.js';
import { Place, Section, Topic } from './taxonomy/term.entities.js';

export const database: DatabaseDefinition = {
  entities: [Article, Revision, AuditEntry, Author, Section, Topic, Place],
  migrations: [MessagingTables1700000000000, ArticleTables1763900000000],
};
