/** The columns of a projection's table that {@link unlessNewer} needs to know. */
export interface Projection {
  /** Its primary key. */
  readonly key: string;
  /** The version of the snapshot that the row was made of. */
  readonly version: string;
  /** All other columns, which a newer snapshot replaces. */
  readonly columns?: readonly string[];
}

/**
 * The end of an `INSERT` of a snapshot into a projection: replaces the stored row unless that is newer. The statement returns
 * a row if it has written one, so `rows.length > 0` says whether the snapshot was news.
 *
 * The same version counts as news: a redrive or a republish writes it again, which repairs a wrong row. One statement asks
 * and writes, so that a redrive that runs beside a delivery waits at the row and then sees the newer version. A separate
 * question (`SELECT version …`) would need a lock and one more statement, and could not lock a row that is still missing.
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
