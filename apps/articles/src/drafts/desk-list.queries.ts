import type { DataSource } from 'typeorm';
import type { ArticleState } from '../article/article.entity.js';
import type { DeskRequest } from '../article/editorial-article.js';
import { cursorOf, readCursor } from '../lists/cursor.js';

/** An article as the newsroom's own list shows it, whatever its state. */
export interface DeskItem {
  readonly id: string;
  readonly slug: string;
  readonly state: ArticleState;
  readonly version: number;
  readonly hasChanges: boolean;
  readonly headline: string | null;
  readonly publishAt: Date | null;
  readonly editedAfterApproval: boolean;
  readonly offlineAt: Date | null;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date;
}

export interface DeskListResponse {
  readonly items: DeskItem[];
  readonly nextCursor?: string;
}

/** The last touched first. @throws Refused `list.bad-cursor`. */
export async function deskList(
  db: DataSource,
  { state, cursor, limit }: DeskRequest,
): Promise<DeskListResponse> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const values: unknown[] = [limit + 1];
  const conditions = [
    ...(state ? [`state = $${values.push(state)}`] : []),
    ...(after ? [`(updated_at, id) < ($${values.push(after.at)}, $${values.push(after.id)})`] : []),
  ];
  const found: DeskItem[] = await db.query(
    `SELECT id, slug, state, version, has_changes AS "hasChanges", draft->>'headline' AS headline,
       publish_at AS "publishAt", publish_at IS NOT NULL AND approved IS NOT NULL AS "editedAfterApproval",
       offline_at AS "offlineAt", published_at AS "publishedAt", updated_at AS "updatedAt"
     FROM article ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY updated_at DESC, id DESC LIMIT $1`,
    values,
  );
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(found.length > items.length && last && { nextCursor: cursorOf({ at: last.updatedAt, id: last.id }) }),
  };
}
