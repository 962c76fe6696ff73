import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** The last migration from before this rule. */
const BEFORE = 1764000000000;

/** Statements that break the old version, which still runs while a migration is applied. */
const breaking = [
  /\bDROP\s+(TABLE|COLUMN)\b/i,
  /\bRENAME\b/i,
  /\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b/i,
  /\bSET\s+NOT\s+NULL\b/i,
  /\bADD\s+COLUMN\s+(?![^,;`]*\bDEFAULT\b)[^,;`]*\bNOT\s+NULL\b/i,
  // Refuses rows that the old version may still write. Dropping a constraint is allowed.
  /\bADD\s+(CONSTRAINT\s+\w+\s+)?(UNIQUE|CHECK|EXCLUDE|FOREIGN\s+KEY)\b/i,
];

const breaks = (text: string): boolean =>
  breaking.some((pattern) => pattern.test(text.split('async down')[0]!));

/**
 * Expand, then contract: a migration only adds, since the old version keeps working until it is replaced. What no version
 * uses any more is removed in a later release, by a migration whose file name ends in `-contract`.
 */
describe('a migration', () => {
  it('keeps the previous version working', async () => {
    const apps = await readdir('apps');
    const files = await Promise.all(
      apps.map(async (app) => {
        const folder = join('apps', app, 'src', 'migrations');
        return (await readdir(folder).catch(() => [])).map((file) => join(folder, file));
      }),
    );
    const migrations = files
      .flat()
      .filter((file) => Number(/(\d{13})-/.exec(file)![1]) > BEFORE && !file.endsWith('-contract.ts'));
    expect(migrations.length).toBeGreaterThan(0);
    const texts = await Promise.all(migrations.map((file) => readFile(file, 'utf8')));
    expect(migrations.filter((_, i) => breaks(texts[i]!))).toEqual([]);
  });

  it.each([
    'ALTER TABLE article DROP COLUMN lead',
    'DROP TABLE section',
    'ALTER TABLE article RENAME COLUMN a TO b',
    'ALTER TABLE article ALTER COLUMN lead TYPE text',
    'ALTER TABLE article ADD COLUMN lead text NOT NULL',
    'ALTER TABLE article ADD CONSTRAINT article_lead UNIQUE (lead)',
    `ALTER TABLE article ADD CHECK (lead <> '')`,
  ])('would not pass with %s', (sql) => {
    expect(breaks(sql)).toBe(true);
  });

  it.each([
    `ALTER TABLE article ADD COLUMN lead text NOT NULL DEFAULT ''`,
    'ALTER TABLE article DROP CONSTRAINT article_slug_key',
  ])('would pass with %s', (sql) => {
    expect(breaks(sql)).toBe(false);
  });
});
