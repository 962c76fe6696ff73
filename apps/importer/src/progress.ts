import type { ImportSummary } from './import-summary.js';

/** Milliseconds between updates of the line on a terminal, and between lines of a log. */
const SHOW_EVERY = { terminal: 200, log: 5_000 } as const;

/** Shows progress on stderr: one line that is overwritten on a terminal, a new line every few seconds otherwise. */
export class Progress {
  /** The share of the file that has been read, 0 to 1. */
  share = 0;
  private readonly startedAt = Date.now();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly summary: ImportSummary) {
    this.timer = setInterval(() => this.show(), process.stderr.isTTY ? SHOW_EVERY.terminal : SHOW_EVERY.log);
  }

  end(): void {
    clearInterval(this.timer);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }

  private show(): void {
    const line = this.summary.progress(this.share, (Date.now() - this.startedAt) / 1_000);
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }
}
