import { messagingMigrations } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { Comment } from './comments/comment.entity.js';
import { Thread } from './comments/thread.entity.js';
import { CommentTables1763900000000 } from './migrations/1763900000000-comment-tables.js';
import { AliasCounter1764300000000 } from './migrations/1764300000000-alias-counter.js';

export const database: DatabaseDefinition = {
  entities: [Thread, Comment],
  migrations: [...messagingMigrations, CommentTables1763900000000, AliasCounter1764300000000],
};
