import { open } from 'node:fs/promises';
import { startOf } from './encoding.js';

export const formats = ['jsonl', 'feed', 'wxr'] as const;
export type Format = (typeof formats)[number];

/** Bytes at the start of a file that show its format. */
const START = 64 * 1024;

/** Detects the format by file name or content. @throws Error if it is in another format. */
export async function formatOf(path: string): Promise<Format> {
  // By name, since the first line may be a bad record.
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
    `${path} is neither JSON Lines nor RSS, Atom or a WordPress export. Set the format with --format.`,
  );
}
