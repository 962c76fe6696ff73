import { Argument } from 'commander';
import type { EntityManager } from 'typeorm';
import { newsroomAddresses } from '#embedded';
import { createDataSource, createLogger, databaseSettings, databaseUrlOf, readConfig } from '#platform';
import { servicesWithDatabase, type ServiceName } from '../../services.js';

/** @param among the services that the command supports. */
export const serviceArgument = (among: readonly ServiceName[] = servicesWithDatabase): Argument =>
  new Argument('<service>', 'name of the service').choices(among);

/**
 * Runs `work` on the database of a service: the one that DATABASE_URL or its own variable names, else that
 * of the embedded newsroom on this machine.
 */
export async function withDatabase<T>(service: string, work: (db: EntityManager) => Promise<T>): Promise<T> {
  const env = { ...process.env };
  env['DATABASE_URL'] ||= (await newsroomAddresses())?.databaseUrl;
  const config = readConfig(databaseSettings(service), env);
  const none = { entities: [], migrations: [] };
  const db = createDataSource(
    'ops',
    databaseUrlOf(service, config, env),
    config,
    none,
    createLogger('ops', 'warn'),
  );
  await db.initialize();
  try {
    return await work(db.manager);
  } finally {
    await db.destroy();
  }
}
