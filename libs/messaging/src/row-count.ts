/** Rows that an UPDATE or DELETE without RETURNING touched, out of what TypeORM gives for it. */
export const rowCount = (result: [unknown, number]): number => result[1];
