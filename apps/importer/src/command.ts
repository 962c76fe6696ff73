import { Command, InvalidArgumentError, Option } from 'commander';
import type { Defaults } from './defaults.js';
import { formats, type Format } from './format.js';
import { importFile } from './import.js';
import { Progress } from './progress.js';
import { ReportFile } from './report-file.js';
import { Sender } from './send.js';
import { ImportSummary } from './import-summary.js';

const EXIT = { bad: 2, interrupted: 130 } as const;

interface Options extends Defaults {
  readonly format?: Format;
  readonly concurrency: number;
  readonly report?: string;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 32) return value;
  throw new InvalidArgumentError('must be a whole number from 1 to 32.');
}

/** The gateway and the token that an import uses. */
export interface ImportTarget {
  gatewayUrl(): Promise<string>;
  token(): Promise<string>;
}

/** The command `ops import`. */
export const importCommand = (target: ImportTarget): Command =>
  new Command('import')
    .description('import articles from JSON Lines, RSS, Atom or WordPress exports (WXR)')
    .argument('<file>')
    .addOption(new Option('--format <format>', 'format of the file; detected if not given').choices(formats))
    .option('--section <slug>', 'for articles without a section')
    .option('--author <slug>', 'for articles without an author')
    .option('--kicker <text>', 'for articles without a kicker')
    .option('--credit <text>', 'for pictures without a credit')
    .addOption(
      new Option('--label <label>', 'for articles without a label')
        .choices(['none', 'paid', 'partner'])
        .default('none'),
    )
    .option('--drafts', 'import everything as drafts')
    .option('--report <file>', 'write the outcome of every record to a file, as JSON Lines')
    .option('--concurrency <number>', 'requests in flight', wholeNumber, 8)
    .action(async (file: string, { format, concurrency, report, ...defaults }: Options) => {
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort());
      const summary = new ImportSummary();
      const progress = new Progress(summary);
      const sender = new Sender(await target.gatewayUrl(), await target.token());
      const reportFile = report ? new ReportFile(report) : undefined;
      try {
        await importFile(file, sender, summary, {
          format,
          defaults,
          concurrency,
          signal: stopping.signal,
          reportFile,
          onProgress: (share) => (progress.share = share),
        });
      } finally {
        progress.end();
        reportFile?.close();
        console.log(summary.report());
      }
      if (summary.bad > 0) process.exitCode = EXIT.bad;
      if (stopping.signal.aborted) process.exitCode = EXIT.interrupted;
    });
