import { readFile, writeFile } from 'node:fs/promises';
import { breakingChanges } from './breaking-changes.js';
import './index.js';
import { newsroomDocument } from './newsroom-document.js';

/**
 * Writes `libs/api/openapi.json`, for the commit that changes a contract. Refuses a change that breaks clients, unless
 * `--breaking` is given.
 */
const file = 'libs/api/openapi.json';
const document = newsroomDocument();
const breaking = breakingChanges(
  JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>,
  document,
);
if (breaking.length > 0 && !process.argv.includes('--breaking')) {
  process.stderr.write(
    `These changes break client apps:\n${breaking.map((line) => `  ${line}\n`).join('')}Declare another route, or repeat this with \`npm run generate -- --breaking\`.\n`,
  );
  process.exitCode = 1;
} else {
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}
