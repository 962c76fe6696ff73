import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** Brings the projects of nest-cli.json in line with the folders of apps and libs. */
const file = 'nest-cli.json';
const config = JSON.parse(await readFile(file, 'utf8'));
const projects = {};
for (const group of ['apps', 'libs']) {
  for (const entry of (await readdir(group, { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (!entry.isDirectory()) continue;
    const root = `${group}/${entry.name}`;
    const isApplication = existsSync(`${root}/src/main.ts`);
    projects[entry.name] = {
      type: isApplication ? 'application' : 'library',
      root,
      ...(!isApplication && { entryFile: config.projects[entry.name]?.entryFile ?? 'index' }),
      sourceRoot: `${root}/src`,
    };
  }
}
const text = JSON.stringify({ ...config, projects }, null, 2);
await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
