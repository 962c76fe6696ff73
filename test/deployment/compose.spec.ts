import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { serviceNames, serviceOf, services, servicesWithDatabase, variableOf } from '../../apps/services.js';

interface ComposeService {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on: Readonly<Record<string, { condition: string }>>;
}

let compose: Record<string, ComposeService>;

beforeAll(async () => {
  const file = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  compose = file.services;
});

describe('docker-compose.yml', () => {
  it.each(serviceNames)('runs %s', (name) => {
    expect(compose[name]!.command).toEqual(['node', `dist/apps/${name}/src/main.js`]);
  });

  it.each(servicesWithDatabase)('migrates the database of %s before it starts', (name) => {
    const migration = compose[`migrate-${name}`]!;
    expect(migration.command).toEqual(['node', `dist/apps/${name}/src/main.js`, 'migrate']);
    expect(Object.keys(migration.environment)).toEqual([variableOf(name, 'DATABASE_URL')]);
    expect(compose[name]!.depends_on[`migrate-${name}`]).toEqual({
      condition: 'service_completed_successfully',
    });
  });

  it('creates the database of every service that has one', () => {
    const addresses = servicesWithDatabase.map((name) => variableOf(name, 'DATABASE_URL'));
    expect(Object.keys(compose['databases']!.environment).toSorted()).toEqual(
      ['DATABASE_URL', ...addresses].toSorted(),
    );
  });

  it.each(serviceNames)('gives %s the secrets that it needs, and no others', (name) => {
    const { database, secrets = [] } = serviceOf(name);
    const given = Object.keys(compose[name]!.environment).filter((variable) =>
      /_DATABASE_URL$|^(READER_KEY|REDIS_URL|AUTH_JWKS)$/.test(variable),
    );
    expect(given.toSorted()).toEqual(
      [...secrets, ...(database ? [variableOf(name, 'DATABASE_URL')] : [])].toSorted(),
    );
  });

  it.each(serviceNames)(
    'gives %s the addresses of the services that it calls, and starts those first',
    (name) => {
      const { environment, depends_on: dependencies } = compose[name]!;
      for (const called of serviceOf(name).calls ?? []) {
        const { port } = services[called as keyof typeof services];
        expect(environment[variableOf(called, 'URL')]).toBe(`http://${called}:${port}`);
        expect(dependencies[called]).toEqual({ condition: 'service_healthy' });
      }
    },
  );
});
