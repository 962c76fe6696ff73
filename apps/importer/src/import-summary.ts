import { detached } from './detached.js';
import type { Outcome } from './outcome.js';
import type { Note } from './record.js';

/** Bad records that are listed individually. */
const LISTED = 1_000;
/** Kinds of missing fields that are listed, most frequent first. */
const KINDS = 10;
/** Reasons that are counted separately, and lines that are listed per reason. */
const most = { reasons: 200, lines: 20 } as const;

const number = new Intl.NumberFormat('en');

/** Counts the outcomes of an import. */
export class ImportSummary {
  imported = 0;
  known = 0;
  drafts = 0;
  bad = 0;
  passedOver = 0;
  private readonly missing = new Map<string, number>();
  private readonly complaints: string[] = [];
  private readonly passedOverFor = new Reasons();
  private readonly changes = new Reasons();

  get records(): number {
    return this.imported + this.known + this.bad + this.passedOver;
  }

  add(outcome: Outcome): void {
    if (outcome.outcome === 'bad') return this.failed(outcome, outcome.reason);
    for (const note of outcome.notes) this.changes.add(note, outcome.line);
    if (outcome.outcome === 'passed over') {
      this.passedOver++;
      this.passedOverFor.add({ what: outcome.reason, count: 1 }, outcome.line);
    } else if (outcome.outcome === 'known') this.known++;
    else this.taken(outcome.missing);
  }

  private taken(missing: readonly { pointer: string; detail: string }[]): void {
    this.imported++;
    if (missing.length === 0) return;
    this.drafts++;
    // The same field counts once, in whichever block it is missing.
    const kinds = new Set(
      missing.map(({ pointer, detail }) => `${pointer.replace(/\/\d+/g, '/…')} ${detail}`),
    );
    for (const kind of kinds) this.missing.set(kind, (this.missing.get(kind) ?? 0) + 1);
  }

  private failed({ line, sourceId, title }: Outcome, reason: string): void {
    this.bad++;
    if (this.complaints.length >= LISTED) return;
    const name = `${sourceId ? ` (${sourceId})` : ''}${title ? ` "${title}"` : ''}`;
    this.complaints.push(detached(`  line ${line}${name}: ${reason}`));
  }

  /** The report at the end. The totals come last, so that they are visible after a long report. */
  report(): string {
    const missing = [...this.missing].toSorted(([, a], [, b]) => b - a).slice(0, KINDS);
    const counts = [
      `${number.format(this.imported)} imported`,
      `${number.format(this.known)} already there`,
      `${number.format(this.bad)} bad`,
      ...(this.passedOver > 0 ? [`${number.format(this.passedOver)} passed over`] : []),
    ];
    return [
      ...(this.bad > 0 ? ['Bad records:', ...this.complaints] : []),
      ...(this.bad > LISTED ? [`  … and ${number.format(this.bad - LISTED)} more`] : []),
      ...this.passedOverFor.lines('Passed over:'),
      ...this.changes.lines('Left out or changed:'),
      ...(this.drafts > 0
        ? [`${number.format(this.drafts)} of the imported articles are drafts, because something is missing:`]
        : []),
      ...missing.map(([kind, count]) => `  ${number.format(count)} × ${kind}`),
      counts.join(', '),
    ].join('\n');
  }

  /** The state in one line. @param share of the file that has been read, 0 to 1. @param seconds since the start. */
  progress(share: number, seconds: number): string {
    const rate = seconds > 0 ? this.records / seconds : 0;
    return `${number.format(this.records)} records · ${Math.round(share * 100)} % · ${rate.toFixed(0)}/s · ${number.format(this.bad)} bad`;
  }
}

/** Counts by reason, with line numbers. */
class Reasons {
  private readonly reasons = new Map<string, { count: number; records: number; lines: number[] }>();

  add({ what, count }: Note, line: number): void {
    const key = this.reasons.size < most.reasons || this.reasons.has(what) ? what : 'other reasons';
    const reason = this.reasons.get(key) ?? { count: 0, records: 0, lines: [] };
    this.reasons.set(detached(key), reason);
    reason.count += count;
    reason.records++;
    if (reason.lines.length < most.lines) reason.lines.push(line);
  }

  lines(title: string): string[] {
    const all = [...this.reasons].toSorted(([, a], [, b]) => b.count - a.count);
    return [
      ...(all.length > 0 ? [title] : []),
      ...all.map(([what, reason]) => `  ${placesOf(what, reason)}`),
    ];
  }
}

function placesOf(
  what: string,
  { count, records, lines }: { count: number; records: number; lines: readonly number[] },
): string {
  const more = records > lines.length ? ` and ${number.format(records - lines.length)} more` : '';
  return `${number.format(count)} × ${what} (line ${lines.join(', ')}${more})`;
}
