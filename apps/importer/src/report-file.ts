import { closeSync, openSync, writeSync } from 'node:fs';
import type { Outcome } from './outcome.js';

/** What came of every record, as JSON Lines: the report on the screen lists only so many. */
export class ReportFile {
  private readonly file: number;

  /** Replaces what is there. @throws Error when it cannot be written. */
  constructor(path: string) {
    this.file = openSync(path, 'w');
  }

  /** Written at once, so that it is there whenever the import ends. */
  add(outcome: Outcome): void {
    writeSync(this.file, `${JSON.stringify(outcome)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}
