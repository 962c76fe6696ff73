import { createHash } from 'node:crypto';
import { filledIn, type Defaults } from './defaults.js';
import { feedEntries } from './feed.js';
import { FileOnDisk } from './file-on-disk.js';
import { formatOf, type Format } from './format.js';
import { jsonLines } from './jsonl.js';
import type { Outcome } from './outcome.js';
import type { ImportRecord, Records } from './record.js';
import type { ReportFile } from './report-file.js';
import { BadRecord, type Sender } from './send.js';
import type { ImportSummary } from './import-summary.js';
import { wordPressPosts } from './wxr.js';

export interface ImportOptions {
  readonly format?: Format;
  readonly defaults: Defaults;
  /** Requests in flight. */
  readonly concurrency: number;
  /** Stops the import after the requests in flight. */
  readonly signal?: AbortSignal;
  /** Receives the share of the file that has been read, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Receives the outcome of every record. */
  readonly reportFile?: ReportFile;
}

/**
 * Imports the articles of a file into a newsroom. Holds only the records that are in flight. The newsroom recognizes a record
 * by its source id, so an interrupted import can simply be started again.
 * @param summary counts the outcomes, even if the import stops early.
 * @throws Error if the file is unreadable or in another format, or the newsroom does not answer.
 */
export async function importFile(
  path: string,
  sender: Sender,
  summary: ImportSummary,
  options: ImportOptions,
): Promise<void> {
  const { concurrency, signal, reportFile } = options;
  const file = await FileOnDisk.at(path, options.onProgress);
  const records = recordsOf(file, options.format ?? (await formatOf(path)));
  const seen = new SeenIds();
  const worker = async (): Promise<void> => {
    for await (const record of records) {
      const outcome = seen.duplicate(record) ?? (await importRecord(record, sender, options));
      if (outcome) summary.add(outcome);
      if (outcome) reportFile?.add(outcome);
      if (signal?.aborted) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, worker));
  } finally {
    await records.return();
  }
}

/** @returns undefined if the signal stopped the import before the answer. */
async function importRecord(
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

/** Finds duplicate ids: the newsroom would take the second record for a retry of the first, and its text would be lost. */
class SeenIds {
  /** Lines by digest, about 100 bytes per record. */
  private readonly lines = new Map<string, number>();

  /** @returns the outcome for a record with the id of an earlier one. */
  duplicate(record: ImportRecord): Outcome | undefined {
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
