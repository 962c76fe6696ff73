import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the columns of a coalescing publisher. The previous version uses `untold` and `told_at` instead; a trigger keeps both
 * pairs equal, so that either version emits what the other has marked. A later `-contract` migration drops the trigger, its
 * function, the old columns and their index.
 */
export class CoalescedTallies1764900000000 implements MigrationInterface {
  readonly name = 'CoalescedTallies1764900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE poll
        ADD COLUMN emission_pending boolean NOT NULL DEFAULT false,
        ADD COLUMN emitted_at timestamptz`);
    await db.query(`
      UPDATE poll SET emission_pending = untold, emitted_at = told_at
      WHERE untold OR told_at > clock_timestamp() - interval '1 minute'`);
    await db.query(`CREATE INDEX poll_emission ON poll (emitted_at NULLS FIRST) WHERE emission_pending`);
    await db.query(`
      CREATE FUNCTION poll_old_marks() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        -- Each version changes its own pair, and leaves the other as it is.
        IF NEW.untold <> OLD.untold
          THEN NEW.emission_pending := NEW.untold; ELSE NEW.untold := NEW.emission_pending; END IF;
        IF NEW.told_at IS DISTINCT FROM OLD.told_at
          THEN NEW.emitted_at := NEW.told_at; ELSE NEW.told_at := NEW.emitted_at; END IF;
        RETURN NEW;
      END $$`);
    await db.query(
      `CREATE TRIGGER poll_old_marks BEFORE UPDATE ON poll FOR EACH ROW EXECUTE FUNCTION poll_old_marks()`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER poll_old_marks ON poll`);
    await db.query(`DROP FUNCTION poll_old_marks`);
    await db.query(`ALTER TABLE poll DROP COLUMN emission_pending, DROP COLUMN emitted_at`);
  }
}
