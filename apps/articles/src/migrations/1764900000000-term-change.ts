import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Gives the table `retelling` the name `term_change`, for now as an updatable view, so that the previous version still
 * works during the rollout and after a rollback. A `-contract` migration of a later release drops the view, renames the
 * table, and rewrites the audit act `retell` as `term-changed`.
 */
export class TermChange1764900000000 implements MigrationInterface {
  readonly name = 'TermChange1764900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE VIEW term_change AS
      SELECT id, term_id, by_id, by_name, requested_at, last_id, done, finished_at, article_id, failed_at, reason
      FROM retelling`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP VIEW term_change`);
  }
}
