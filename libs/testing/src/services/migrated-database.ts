import type { DataSource } from 'typeorm';
import { createDataSource, createLogger, migrate, type DatabaseDefinition } from '#platform';
import { testDatabase, type TestDatabase } from './test-database.js';

export interface MigratedDatabase {
  readonly database: TestDatabase;
  /** Connections as a service has them. */
  readonly db: DataSource;
  drop(): Promise<void>;
}

/** A fresh database with the tables of `definition`. */
export async function migratedDatabase(
  name: string,
  definition: DatabaseDefinition,
): Promise<MigratedDatabase> {
  const database = await testDatabase(name);
  const config = { databasePool: 8, databaseUrl: database.url };
  const log = createLogger('test', 'silent');
  await migrate({ name, url: database.url, config, definition, log });
  const db = await createDataSource(name, database.url, config, definition, log).initialize();
  const drop = async (): Promise<void> => {
    await db.destroy();
    await database.drop();
  };
  return { database, db, drop };
}
