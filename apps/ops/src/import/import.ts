import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { filledIn, type Defaults } from './defaults.js';
import { feedEntries } from './feed.js';
import { jsonLines } from './jsonl.js';
import type { ImportRecord, Records } from './record.js';
import { BadRecord, type Sender } from './send.js';
import type { Tally } from './tally.js';
import { wordPressPosts } from './wxr.js';

export const formats = ['jsonl', 'feed', 'wxr'] as const;
export type Format = (typeof formats)[number];

export interface ImportOptions {
  readonly format?: Format;
  readonly defaults: Defaults;
  /** Requests under way at a time. */
  readonly concurrency: number;
  /** Ends the import after what is under way. */
  readonly signal?: AbortSignal;
  /** Told after every record the share of the file that was read, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Brings the articles of a file into a newsroom. Never more records are held than are under way, and a record is known
 * by its source id, so an import that was ended anywhere can simply be started again.
 * @param tally counts what comes of it, also when it stops early.
 * @throws Error when the file cannot be read or is not what it claims to be, or the newsroom does not answer.
 */
export async function importFile(
  path: string,
  sender: Sender,
  tally: Tally,
  options: ImportOptions,
): Promise<void> {
  const { concurrency, signal, onProgress } = options;
  const file = await FileOnDisk.at(path);
  const records = recordsOf(file, options.format ?? (await formatOf(path)));
  const lane = async (): Promise<void> => {
    for await (const record of records) {
      await bring(record, sender, tally, options);
      onProgress?.(file.share);
      if (signal?.aborted) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, lane));
  } finally {
    await records.return();
  }
}

async function bring(
  record: ImportRecord,
  sender: Sender,
  tally: Tally,
  { defaults, signal }: ImportOptions,
): Promise<void> {
  if ('bad' in record) return tally.failed(record, record.bad);
  try {
    const answer = await sender.send(filledIn(record.request, defaults), signal);
    if (answer) tally.answered(answer);
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    tally.failed(record, error.message);
  }
}

function recordsOf(file: FileOnDisk, format: Format): Records {
  switch (format) {
    case 'jsonl':
      return jsonLines(file.read());
    case 'feed':
      return feedEntries(file.read());
    case 'wxr':
      return wordPressPosts(() => file.read());
  }
}

/** A file that knows how far it was read. */
class FileOnDisk {
  private bytes = 0;

  private constructor(
    private readonly path: string,
    private readonly size: number,
  ) {}

  static async at(path: string): Promise<FileOnDisk> {
    return new FileOnDisk(path, (await stat(path)).size);
  }

  /** 0 to 1. */
  get share(): number {
    return this.size === 0 ? 1 : this.bytes / this.size;
  }

  async *read(): AsyncGenerator<Buffer> {
    this.bytes = 0;
    for await (const chunk of createReadStream(this.path)) {
      this.bytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
}

/** By how a file begins. @throws Error when it is none of them. */
export async function formatOf(path: string): Promise<Format> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const start = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\ufeff/, '')
      .trimStart();
    if (start.startsWith('{')) return 'jsonl';
    if (start.includes('wordpress.org/export/')) return 'wxr';
    if (/<(?:rss|feed)[\s>]/.test(start)) return 'feed';
  } finally {
    await file.close();
  }
  throw new Error(
    `${path} is neither JSON Lines nor RSS, Atom or a WordPress export. Say which with --format.`,
  );
}
