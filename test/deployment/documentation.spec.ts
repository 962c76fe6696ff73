import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'docs/glossary.md',
  'CONTRIBUTING.md',
  'docs/operating.md',
  'libs/messaging/README.md',
];

interface Link {
  readonly text: string;
  /** Relative to the project's folder. */
  readonly file: string;
}

/** Relative links of a document, outside code blocks. */
async function linksOf(document: string): Promise<Link[]> {
  const text = (await readFile(document, 'utf8')).replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)].map(
    ([, label, target]) => ({
      text: label!,
      file: join(dirname(document), target!),
    }),
  );
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

describe('the documentation', () => {
  it.each(documents)('links only to existing files, in %s', async (document) => {
    const missing: string[] = [];
    for (const { file } of await linksOf(document)) if (!(await exists(file))) missing.push(file);
    expect(missing).toEqual([]);
  });

  it('links each promise of messaging to an existing test', async () => {
    const links = await linksOf('libs/messaging/README.md');
    const tests = links.filter(({ file }) => file.endsWith('spec.ts'));
    expect(tests.length).toBeGreaterThan(20);
    const missing: Link[] = [];
    for (const test of tests) {
      if (!(await readFile(test.file, 'utf8')).includes(`'${test.text}'`)) missing.push(test);
    }
    expect(missing).toEqual([]);
  });
});
