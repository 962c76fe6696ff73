/**
 * The result of TypeORM's `query()` and `` sql`…` `` for UPDATE and DELETE: rows and their number. SELECT and INSERT,
 * even with RETURNING, resolve to the rows alone.
 */
export type Changed<Row = unknown> = [rows: Row[], count: number];

/** Rows that an UPDATE or DELETE returned with RETURNING. */
export const returnedRows = <Row>([rows]: Changed<Row>): Row[] => rows;

/** How many rows an UPDATE or DELETE changed. */
export const rowCount = ([, count]: Changed): number => count;
