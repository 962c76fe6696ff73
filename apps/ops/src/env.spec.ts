import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceNames, serviceOf, servicesWithDatabase, variableOf } from '../../services.js';
import { writeEnv } from './env.js';
import { secretsByService } from './secrets.js';

describe('ops env', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsroom-env-'));
    file = join(folder, '.env');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const written = async () => parseEnv(await readFile(file, 'utf8'));
  const hosts = { postgres: 'db:5432', redis: 'cache:6379' };

  it('writes a file that only its owner may read', async () => {
    await writeEnv(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(Object.keys(await written())).toContain('ARTICLES_DATABASE_PASSWORD');
  });

  it('keeps existing values, adds missing ones, and makes the file private', async () => {
    await writeFile(file, "READER_KEY='the key that readers are known by'", { mode: 0o644 });
    const added = await writeEnv(file);
    expect(added).not.toContain('READER_KEY');
    expect(await written()).toMatchObject({ READER_KEY: 'the key that readers are known by' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await writeEnv(file)).toEqual([]);
  });

  it.each([`AUTH_JWKS='{"keys":[]}'`, `AUTH_JWKS_URL=https://login.example/keys`])(
    'creates no signing key if there is %s',
    async (keys) => {
      await writeFile(file, `${keys}\n`);
      expect(await writeEnv(file)).not.toContain('AUTH_SIGNING_KEY');
    },
  );

  it('fills in empty values', async () => {
    await writeFile(file, 'READER_KEY=\n');
    expect(await writeEnv(file)).toContain('READER_KEY');
    expect((await written())['READER_KEY']).toHaveLength(43);
  });

  it('gives each service its own secrets and no others', async () => {
    await writeEnv(file);
    const secrets = secretsByService(await written(), hosts);
    const given = Object.fromEntries(Object.entries(secrets).map(([name, own]) => [name, Object.keys(own)]));
    const needed = serviceNames.map((name): [string, string[]] => {
      const { database, secrets: others = [] } = serviceOf(name);
      return [name, [...(database ? [variableOf(name, 'DATABASE_URL')] : []), ...others]];
    });
    expect(given).toEqual({
      ...Object.fromEntries(needed.filter(([, names]) => names.length > 0)),
      databases: ['DATABASE_URL', ...servicesWithDatabase.map((name) => variableOf(name, 'DATABASE_URL'))],
    });
    expect(given).toMatchObject({
      recommendations: ['RECOMMENDATIONS_DATABASE_URL', 'AUTH_JWKS', 'REDIS_URL'],
      gateway: ['AUTH_JWKS', 'READER_KEY'],
    });
    expect(given).not.toHaveProperty('reader');
    expect(secrets['articles']!['ARTICLES_DATABASE_URL']).toMatch(
      /^postgres:\/\/articles:[0-9a-f]{48}@db:5432\/articles$/,
    );
  });

  it('names a missing variable', () => {
    expect(() => secretsByService({}, hosts)).toThrow(
      'AUTH_JWKS is not set. Run `ops env` first, or set it.',
    );
  });
});
