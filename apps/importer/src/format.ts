import { open } from 'node:fs/promises';
import { startOf } from './encoding.js';

export const formats = ['jsonl', 'feed', 'wxr'] as const;
export type Format = (typeof formats)[number];

/** Bytes of the start of a file that say what it is. */
const START = 64 * 1024;

/** By the name of a file, or how it begins. @throws Error when it is none of them. */
export async function formatOf(path: string): Promise<Format> {
  // Its first line may be a bad one.
  if (/\.(?:jsonl|ndjson)$/i.test(path)) return 'jsonl';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
    const start = startOf(buffer.subarray(0, bytesRead));
    if (start.startsWith('{')) return 'jsonl';
    if (start.includes('wordpress.org/export/')) return 'wxr';
    if (/<(?:[\w-]+:)?(?:rss|feed|RDF)[\s>]/.test(start)) return 'feed';
  } finally {
    await file.close();
  }
  throw new Error(
    `${path} is neither JSON Lines nor RSS, Atom or a WordPress export. Say which with --format.`,
  );
}
