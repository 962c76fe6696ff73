import { messagingMigrations } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { Comment } from './comments/comment.entity.js';
import { Thread } from './comments/thread.entity.js';
import { CommentTables1763900000000 } from './migrations/1763900000000-comment-tables.js';

export const database: DatabaseDefinition = {
  entities: [Thread, Comment],
  migrations: [...messagingMigrations, CommentTables1763900000000],
};
