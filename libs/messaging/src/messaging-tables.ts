import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the backbone; every service that publishes or handles events lists this migration first. */
export class MessagingTables1700000000000 implements MigrationInterface {
  readonly name = 'MessagingTables1700000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        headers json NOT NULL,
        value text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
    await db.query(`
      CREATE TABLE inbox (
        source text NOT NULL,
        event_id text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (event_id, source)
      )`);
    await db.query(`CREATE INDEX inbox_received_at ON inbox USING brin (received_at)`);
    await db.query(`
      CREATE TABLE dead_letter (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        key bytea,
        headers json NOT NULL,
        value bytea,
        digest bytea NOT NULL,
        reason text NOT NULL,
        attempts integer NOT NULL,
        died_at timestamptz NOT NULL DEFAULT now(),
        redrive_requested_at timestamptz,
        UNIQUE (topic, partition, "offset", digest)
      )`);
    await db.query(`
      CREATE TABLE republish (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        requested_at timestamptz NOT NULL DEFAULT now(),
        last_id uuid,
        done integer NOT NULL DEFAULT 0,
        finished_at timestamptz
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE republish, dead_letter, inbox, outbox`);
  }
}
