import { retryUntilReady } from '#jobs';
import { createLogger, databaseSettings, failureKind, migrate, readConfig } from '#platform';
import { databaseAccess } from './open-database.js';
import type { ServiceDefinition } from './service-definition.js';

/** No role or password yet; no database yet, and no right to create it. */
const NOT_CREATED_YET = /^(28...|3D000|42501)$/;

/**
 * Brings the tables of a service up to date without starting it. Waits while a database or role is being created or
 * others hold locks.
 * @returns the names of the migrations that ran.
 */
export async function migrateDatabase(
  { name, database }: Pick<ServiceDefinition, 'name' | 'database'>,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (!database) return [];
  const access = databaseAccess(name, database, readConfig(databaseSettings(name), env), env);
  const log = createLogger(name, 'warn');
  return retryUntilReady(
    {
      isTransient: (error) =>
        failureKind(error) === 'transient' ||
        NOT_CREATED_YET.test(String((error as { code?: unknown }).code)),
      onRetry: (error) => log.warn({ err: error }, 'the database cannot be migrated yet and will be retried'),
    },
    () => migrate({ ...access, log }),
  );
}
