import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

describe('nest-cli.json', () => {
  it('lists every app and every library', async () => {
    const { projects } = JSON.parse(await readFile('nest-cli.json', 'utf8')) as {
      projects: Record<string, { root: string }>;
    };
    const folders = await Promise.all(
      ['apps', 'libs'].map(async (of) => (await readdir(of)).map((name) => `${of}/${name}`)),
    );
    expect(
      Object.values(projects)
        .map(({ root }) => root)
        .toSorted(),
    ).toEqual(folders.flat().toSorted());
  });
});
