import { closeSync, openSync, writeSync } from 'node:fs';
import type { Outcome } from './outcome.js';

/** Writes the outcome of every record as JSON Lines: the report on the screen lists only some. */
export class ReportFile {
  private readonly file: number;

  /** Replaces an existing file. @throws Error if the file is not writable. */
  constructor(path: string) {
    this.file = openSync(path, 'w');
  }

  /** Writes synchronously, so that nothing is lost when the process ends. */
  add(outcome: Outcome): void {
    writeSync(this.file, `${JSON.stringify(outcome)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}
