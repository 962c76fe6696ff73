import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the columns of a coalescing publisher. The previous version uses `untold` and `told_at` instead; a trigger keeps both
 * pairs equal, so that either version emits what the other has marked. A later `-contract` migration drops the trigger, its
 * function, the old columns and their index.
 */
export class CoalescedCounts1764900000000 implements MigrationInterface {
  readonly name = 'CoalescedCounts1764900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE interactions
        ADD COLUMN emission_pending boolean NOT NULL DEFAULT false,
        ADD COLUMN emitted_at timestamptz`);
    await db.query(`
      UPDATE interactions SET emission_pending = untold, emitted_at = told_at
      WHERE untold OR told_at > clock_timestamp() - interval '1 minute'`);
    await db.query(
      `CREATE INDEX interactions_emission ON interactions (emitted_at NULLS FIRST) WHERE emission_pending`,
    );
    await db.query(`
      CREATE FUNCTION interactions_old_marks() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          NEW.untold := NEW.untold OR NEW.emission_pending;
          NEW.emission_pending := NEW.untold;
          RETURN NEW;
        END IF;
        -- Each version changes its own pair, and leaves the other as it is.
        IF NEW.untold <> OLD.untold
          THEN NEW.emission_pending := NEW.untold; ELSE NEW.untold := NEW.emission_pending; END IF;
        IF NEW.told_at IS DISTINCT FROM OLD.told_at
          THEN NEW.emitted_at := NEW.told_at; ELSE NEW.told_at := NEW.emitted_at; END IF;
        RETURN NEW;
      END $$`);
    await db.query(`
      CREATE TRIGGER interactions_old_marks BEFORE INSERT OR UPDATE ON interactions
      FOR EACH ROW EXECUTE FUNCTION interactions_old_marks()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER interactions_old_marks ON interactions`);
    await db.query(`DROP FUNCTION interactions_old_marks`);
    await db.query(`ALTER TABLE interactions DROP COLUMN emission_pending, DROP COLUMN emitted_at`);
  }
}
