import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { filledIn, type Defaults } from './defaults.js';
import { startOf } from './encoding.js';
import { feedEntries } from './feed.js';
import { jsonLines } from './jsonl.js';
import type { Outcome } from './outcome.js';
import type { ImportRecord, Records } from './record.js';
import type { ReportFile } from './report-file.js';
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
  /** Is given the share of the file that was read, 0 to 1, as often as it grows. */
  readonly onProgress?: (share: number) => void;
  /** Is given what came of every record. */
  readonly reportFile?: ReportFile;
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
  const { concurrency, signal, reportFile } = options;
  const file = await FileOnDisk.at(path, options.onProgress);
  const records = recordsOf(file, options.format ?? (await formatOf(path)));
  const seen = new SeenIds();
  const lane = async (): Promise<void> => {
    for await (const record of records) {
      const outcome = seen.twice(record) ?? (await bring(record, sender, options));
      if (outcome) tally.add(outcome);
      if (outcome) reportFile?.add(outcome);
      if (signal?.aborted) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, lane));
  } finally {
    await records.return();
  }
}

/** @returns nothing when the signal ended it before there was an answer. */
async function bring(
  record: ImportRecord,
  sender: Sender,
  { defaults, signal }: ImportOptions,
): Promise<Outcome | undefined> {
  const { line, sourceId, title } = record;
  const named = { line, sourceId, title };
  if ('bad' in record) return { ...named, outcome: 'bad', reason: record.bad };
  const { notes = [] } = record;
  if ('passedOver' in record) return { ...named, outcome: 'passed over', reason: record.passedOver, notes };
  try {
    const answer = await sender.send(filledIn(record.request, defaults), signal);
    return answer && { ...named, ...answer, notes };
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    return { ...named, outcome: 'bad', reason: error.message };
  }
}

/** A second record with one id would be taken for the first, sent again, and its text be lost without a word. */
class SeenIds {
  /** Lines by digest: about 100 bytes for each record. */
  private readonly lines = new Map<string, number>();

  twice(record: ImportRecord): Outcome | undefined {
    if (!('request' in record)) return undefined;
    const { line, sourceId, title, request } = record;
    const key = createHash('sha256').update(request.sourceId).digest('base64').slice(0, 16);
    const first = this.lines.get(key);
    this.lines.set(key, first ?? line);
    if (first === undefined) return undefined;
    return { line, sourceId, title, outcome: 'bad', reason: `has the id of the record on line ${first}` };
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
    private readonly onProgress: (share: number) => void = () => {},
  ) {}

  static async at(path: string, onProgress?: (share: number) => void): Promise<FileOnDisk> {
    return new FileOnDisk(path, (await stat(path)).size, onProgress);
  }

  async *read(): AsyncGenerator<Buffer> {
    this.bytes = 0;
    for await (const chunk of createReadStream(this.path)) {
      this.bytes += (chunk as Buffer).length;
      this.onProgress(this.bytes / this.size);
      yield chunk as Buffer;
    }
  }
}

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
