import { Command, InvalidArgumentError, Option } from 'commander';
import { issueToken } from '#embedded';
import { newsroomAddresses } from '../newsroom-file.js';
import { signingKey } from '../token.js';
import type { Defaults } from './defaults.js';
import { formats, type Format } from './format.js';
import { importFile } from './import.js';
import { Progress } from './progress.js';
import { ReportFile } from './report-file.js';
import { Sender } from './send.js';
import { Tally } from './tally.js';

const EXIT = { bad: 2, interrupted: 130 } as const;

interface Options extends Defaults {
  readonly format?: Format;
  readonly concurrency: number;
  readonly report?: string;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 32) return value;
  throw new InvalidArgumentError('takes a whole number from 1 to 32.');
}

export const importCommand = (): Command =>
  new Command('import')
    .description('brings articles in: JSON Lines in the API’s shape, RSS, Atom, WordPress exports (WXR)')
    .argument('<file>')
    .addOption(new Option('--format <format>', 'instead of finding out').choices(formats))
    .option('--section <slug>', 'for articles without a section')
    .option('--author <slug>', 'for articles without an author')
    .option('--kicker <text>', 'for articles without a kicker')
    .option('--credit <text>', 'for pictures without a credit')
    .addOption(
      new Option('--label <label>', 'for articles that do not say whether somebody paid for them')
        .choices(['none', 'paid', 'partner'])
        .default('none'),
    )
    .option('--drafts', 'publish nothing')
    .option('--report <file>', 'writes what came of every record, as JSON Lines')
    .option('--concurrency <number>', 'requests at a time', wholeNumber, 8)
    .action(async (file: string, { format, concurrency, report, ...defaults }: Options) => {
      const gatewayUrl =
        process.env['GATEWAY_URL'] ?? (await newsroomAddresses())?.gatewayUrl ?? 'http://127.0.0.1:8000';
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort());
      const tally = new Tally();
      const progress = new Progress(tally);
      const sender = new Sender(gatewayUrl, await token());
      const reportFile = report ? new ReportFile(report) : undefined;
      try {
        await importFile(file, sender, tally, {
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
        console.log(tally.report());
      }
      if (tally.bad > 0) process.exitCode = EXIT.bad;
      if (stopping.signal.aborted) process.exitCode = EXIT.interrupted;
    });

async function token(): Promise<string> {
  const { NEWSROOM_TOKEN, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = process.env;
  if (NEWSROOM_TOKEN) return NEWSROOM_TOKEN;
  return issueToken(await signingKey(), {
    subject: 'import',
    roles: ['editor'],
    hours: 24,
    issuer,
    audience,
  });
}
