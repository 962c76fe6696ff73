/** The columns of a projection's table. */
export interface Projection {
  /** Its primary key. */
  readonly key: string;
  /** The version of the snapshot that the row was written from. */
  readonly version: string;
  /** All other columns, which a newer snapshot replaces. */
  readonly columns?: readonly string[];
}

/**
 * Completes an `INSERT` of a snapshot into a projection: replaces the stored row unless that is newer. The statement
 * returns a row only if it has written one.
 *
 * The same version is written again, so that a republish repairs a wrong row. One statement compares and writes: a
 * redrive that runs at the same time as a delivery waits for the row and then sees the newer version. Reading the
 * version first would take a second statement and a lock, and a row that does not exist yet cannot be locked.
 *
 * @example
 * const rows = await tx.sql<object[]>`
 *   INSERT INTO thread (article_id, article_version, open) VALUES (${id}, ${version}, ${open})
 *   ${unlessNewer('thread', { key: 'article_id', version: 'article_version', columns: ['open'] })}`;
 */
export const unlessNewer =
  (table: string, { key, version, columns = [] }: Projection) =>
  (): string => {
    const set = [version, ...columns].map((column) => `${column} = excluded.${column}`);
    return `ON CONFLICT (${key}) DO UPDATE SET ${set.join(', ')}
      WHERE ${table}.${version} <= excluded.${version} RETURNING ${table}.${key}`;
  };
