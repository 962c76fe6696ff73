import type { DataSource } from 'typeorm';
import {
  createDataSource,
  databaseUrlOf,
  migrate,
  waitForSchema,
  type DatabaseConfig,
  type DatabaseDefinition,
  type Logger,
  type Readiness,
} from '#platform';
import type { ServiceConfig } from './service-definition.js';

/** Name, address, settings and tables of a service's database. */
export interface DatabaseAccess {
  readonly name: string;
  readonly url: string;
  readonly config: DatabaseConfig;
  readonly definition: DatabaseDefinition;
}

/** @throws Error when the service has a database and no settings for it. */
export function databaseAccess(
  name: string,
  definition: DatabaseDefinition,
  { databaseUrl, databasePool }: Pick<ServiceConfig, 'databaseUrl' | 'databasePool'>,
  env: NodeJS.ProcessEnv,
): DatabaseAccess {
  if (databaseUrl === undefined || databasePool === undefined) {
    throw new Error(
      `The service ${name} has a database, but databaseSettings are missing from its settings.`,
    );
  }
  const config = { databaseUrl, databasePool };
  return { name, url: databaseUrlOf(name, config, env), config, definition };
}

interface OpenOptions {
  /** Brings the tables up to date; otherwise waits until another process has. */
  readonly migrate?: boolean;
  readonly signal?: AbortSignal;
  readonly log: Logger;
  readonly readiness: Readiness;
}

/** Connects to a database that has the tables this version needs. */
export async function openDatabase(
  access: DatabaseAccess,
  { log, readiness, migrate: shouldMigrate, signal }: OpenOptions,
): Promise<DataSource> {
  const { name, url, config, definition } = access;
  const db = createDataSource(name, url, config, definition, log);
  try {
    if (shouldMigrate) await migrate({ ...access, log });
    await (shouldMigrate ? db.initialize() : waitForSchema(db, { readiness, log, signal }));
    return db;
  } catch (error) {
    if (db.isInitialized) await db.destroy();
    throw error;
  }
}
