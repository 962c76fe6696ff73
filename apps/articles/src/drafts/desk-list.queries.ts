import type { EntityManager } from 'typeorm';
import { isEditedAfterApproval } from '../article/approval.rules.js';
import type { ArticleState } from '../article/article.entity.js';
import { pageOf, readCursor } from '../lists/cursor.js';
import type { DeskRequest } from './drafts.dto.js';

/** An article in any state, as the newsroom's list shows it. */
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

type Row = Omit<DeskItem, 'editedAfterApproval'> & { readonly hasApproved: boolean };

/** The most recently changed first. @throws Refused `list.bad-cursor`. */
export async function deskList(
  db: EntityManager,
  { state, cursor, limit }: DeskRequest,
): Promise<DeskListResponse> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const values: unknown[] = [limit + 1];
  const conditions = [
    ...(state ? [`state = $${values.push(state)}`] : []),
    ...(after ? [`(updated_at, id) < ($${values.push(after.at)}, $${values.push(after.id)})`] : []),
  ];
  // Assembled from parts, so that each combination of conditions uses its index.
  const found: Row[] = await db.query(
    `SELECT id, slug, state, version, has_changes AS "hasChanges", draft->>'headline' AS headline,
       publish_at AS "publishAt", approved IS NOT NULL AS "hasApproved",
       offline_at AS "offlineAt", published_at AS "publishedAt", updated_at AS "updatedAt"
     FROM article ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY updated_at DESC, id DESC LIMIT $1`,
    values,
  );
  const { items, ...next } = pageOf(found, limit, ({ updatedAt, id }) => ({ at: updatedAt, id }));
  return {
    items: items.map(({ hasApproved, ...item }) => ({
      ...item,
      editedAfterApproval: isEditedAfterApproval(item.publishAt, hasApproved),
    })),
    ...next,
  };
}
