import { Argument } from 'commander';
import type { EntityManager } from 'typeorm';
import { createDataSource, createLogger, databaseSettings, databaseUrlOf, readConfig } from '#platform';
import { newsroomAddresses } from './newsroom-file.js';

export const servicesWithData = ['articles', 'comments', 'polls', 'recommendations'] as const;

export const serviceArgument = (): Argument => new Argument('<service>', 'whose').choices(servicesWithData);

/**
 * Runs `work` on the database of a service: that of DATABASE_URL or its own variable, else that of the embedded
 * newsroom that runs on this machine.
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
