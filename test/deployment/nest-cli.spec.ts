import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`);
}

describe('nest-cli.json', () => {
  /** A copy of the sources: a build replaces `dist`, which other tests run from. */
  let copy: string;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'nest-cli-'));
    for (const name of ['apps', 'libs', 'demo', 'nest-cli.json', 'package.json', 'tsconfig.json', '.swcrc']) {
      await cp(name, join(copy, name), { recursive: true });
    }
    await symlink(resolve('node_modules'), join(copy, 'node_modules'));
  });

  afterAll(() => rm(copy, { recursive: true }));

  it('lists every app and every library', async () => {
    const { projects } = JSON.parse(await readFile('nest-cli.json', 'utf8')) as {
      projects: Record<string, { root: string }>;
    };
    const roots = Object.values(projects).map(({ root }) => root);
    const folders = [...(await foldersIn('apps')), ...(await foldersIn('libs'))];
    expect(roots.toSorted()).toEqual(folders.toSorted());
  });

  it('makes `nest start` build and run a service with its libraries', async () => {
    const nest = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
    const started = run(process.execPath, [nest, 'start', 'polls', '--', 'migrate'], {
      cwd: copy,
      env: { PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
      timeout: 120_000,
    });
    // It runs as far as it can without a database.
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('polls: POLLS_DATABASE_URL is not set.'),
    });
  });
});
