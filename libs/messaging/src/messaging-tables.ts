import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first tables of messaging. */
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

/** Tables that keep a bad event, a lost relay or a slow subscriber from blocking everything else. */
export class BackboneIsolation1764200000000 implements MigrationInterface {
  readonly name = 'BackboneIsolation1764200000000';

  async up(db: QueryRunner): Promise<void> {
    // True while the event is a dead letter: a redelivery skips it, a redrive handles it.
    await db.query(`ALTER TABLE inbox ADD COLUMN dead boolean NOT NULL DEFAULT false`);
    await db.query(`
      CREATE TABLE relay_owner (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        owner text NOT NULL,
        renewed_at timestamptz NOT NULL
      )`);
    await db.query(`
      CREATE TABLE refused_key (
        topic text NOT NULL,
        key text NOT NULL,
        reason text NOT NULL,
        refused_at timestamptz NOT NULL DEFAULT now(),
        retry_requested_at timestamptz,
        PRIMARY KEY (topic, key)
      )`);
    await db.query(`
      CREATE TABLE refused_event (
        id bigint PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        headers json NOT NULL,
        value text NOT NULL,
        created_at timestamptz NOT NULL,
        FOREIGN KEY (topic, key) REFERENCES refused_key
      )`);
    await db.query(`CREATE INDEX refused_event_of_key ON refused_event (topic, key, id)`);
    await db.query(`
      CREATE TABLE loopback_backlog (
        subscriber text NOT NULL,
        id bigint NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        headers json NOT NULL,
        value text NOT NULL,
        PRIMARY KEY (subscriber, id)
      )`);
    await db.query(`CREATE INDEX loopback_backlog_of_key ON loopback_backlog (topic, key, subscriber)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE loopback_backlog, refused_event, refused_key, relay_owner`);
    await db.query(`ALTER TABLE inbox DROP COLUMN dead`);
  }
}

/** Every service that publishes or handles events lists these migrations before its own. */
export const messagingMigrations = [MessagingTables1700000000000, BackboneIsolation1764200000000];
