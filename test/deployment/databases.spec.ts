import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrateDatabase } from '#bootstrap';
import { addressOf, describeWith } from '#testing';
import { database } from '../../apps/articles/src/database.js';
import { applyDatabases } from '../../apps/ops/src/databases.js';

describeWith('postgres')('ops databases apply', () => {
  let administrator: string;
  let names: { articles: string; polls: string };

  beforeEach(() => {
    administrator = addressOf('postgres');
    const suffix = randomBytes(4).toString('hex');
    names = { articles: `articles_${suffix}`, polls: `polls_${suffix}` };
  });

  afterEach(async () => {
    for (const name of Object.values(names)) {
      await run(administrator, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await run(administrator, `DROP ROLE IF EXISTS ${name}`);
    }
  });

  const run = async (url: string, sql: string): Promise<object[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const addressAs = (role: string, name: string, password = 'a secret'): string => {
    const url = new URL(administrator);
    Object.assign(url, { username: role, password: encodeURIComponent(password), pathname: `/${name}` });
    return url.href;
  };
  const own = (password?: string) => ({
    DATABASE_URL: administrator,
    ARTICLES_DATABASE_URL: addressAs(names.articles, names.articles, password),
    POLLS_DATABASE_URL: addressAs(names.polls, names.polls, password),
  });
  const apply = async (env: Record<string, string>): Promise<string[]> => {
    const lines: string[] = [];
    await applyDatabases(env, (line) => lines.push(line));
    return lines;
  };

  it('gives each service a role for its own database and no other', async () => {
    expect(await apply(own())).toEqual([
      `articles: role ${names.articles}, database ${names.articles} created`,
      `polls: role ${names.polls}, database ${names.polls} created`,
    ]);
    await expect(run(addressAs(names.polls, names.articles), 'SELECT 1')).rejects.toThrow(
      'permission denied',
    );
    await expect(run(own().POLLS_DATABASE_URL, 'CREATE ROLE someone')).rejects.toThrow('permission denied');
  });

  it('gives the role every right that migrations need, including extensions and its own timeouts', async () => {
    await apply(own());
    const ran = await migrateDatabase({ name: 'articles', database }, own());
    expect(ran.length).toBeGreaterThan(0);
    expect(await run(own().ARTICLES_DATABASE_URL, 'SHOW statement_timeout')).toEqual([
      { statement_timeout: '15s' },
    ]);
  });

  it('takes over tables that an administrator created, and sets a changed password', async () => {
    await run(administrator, `CREATE DATABASE ${names.articles}`);
    await migrateDatabase(
      { name: 'articles', database },
      {
        ARTICLES_DATABASE_URL: addressAs(
          new URL(administrator).username,
          names.articles,
          decodeURIComponent(new URL(administrator).password),
        ),
      },
    );
    await apply(own());
    await apply(own('another secret'));
    const url = own('another secret').ARTICLES_DATABASE_URL;
    await run(url, `ALTER TABLE article ADD COLUMN mood text`);
    await expect(run(own().ARTICLES_DATABASE_URL, 'SELECT 1')).rejects.toThrow('password');
  });

  it('refuses the role of an administrator before it changes anything', async () => {
    const administratorAsService = {
      ...own(),
      POLLS_DATABASE_URL: addressAs(new URL(administrator).username, names.polls),
    };
    await expect(apply(administratorAsService)).rejects.toThrow('may do more than a service needs');
    expect(await run(administrator, `SELECT FROM pg_roles WHERE rolname = '${names.articles}'`)).toEqual([]);
  });

  it('works for an administrator without superuser rights, even on a second run', async () => {
    const boss = `boss_${randomBytes(4).toString('hex')}`;
    await run(administrator, `CREATE ROLE ${boss} LOGIN CREATEDB CREATEROLE PASSWORD 'boss'`);
    try {
      const env = { ...own(), DATABASE_URL: addressAs(boss, 'postgres', 'boss') };
      await apply(env);
      expect(await apply(env)).toEqual([
        `articles: role ${names.articles}, database ${names.articles} up to date`,
        `polls: role ${names.polls}, database ${names.polls} up to date`,
      ]);
    } finally {
      for (const name of Object.values(names)) {
        await run(administrator, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await run(administrator, `DROP ROLE IF EXISTS ${name}`);
      }
      await run(administrator, `DROP ROLE ${boss}`);
    }
  });

  it('requires the address of an administrator', async () => {
    await expect(apply({})).rejects.toThrow('DATABASE_URL is not set.');
  });
});
