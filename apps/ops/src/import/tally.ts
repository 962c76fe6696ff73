import type { ImportAnswer } from './send.js';

/** Bad records that are listed one by one. */
const LISTED = 1_000;
/** Kinds of missing things that are listed, the most frequent ones. */
const KINDS = 10;

const number = new Intl.NumberFormat('en');

/** What came of an import so far. */
export class Tally {
  imported = 0;
  known = 0;
  drafts = 0;
  bad = 0;
  private readonly missing = new Map<string, number>();
  private readonly complaints: string[] = [];

  get records(): number {
    return this.imported + this.known + this.bad;
  }

  answered({ outcome, missing }: ImportAnswer): void {
    if (outcome === 'known') {
      this.known++;
      return;
    }
    this.imported++;
    if (missing.length === 0) return;
    this.drafts++;
    // One kind of thing, whichever block it is in.
    const kinds = new Set(
      missing.map(({ pointer, detail }) => `${pointer.replace(/\/\d+/g, '/…')} ${detail}`),
    );
    for (const kind of kinds) this.missing.set(kind, (this.missing.get(kind) ?? 0) + 1);
  }

  failed({ line, sourceId }: { line: number; sourceId?: string }, reason: string): void {
    this.bad++;
    if (this.complaints.length < LISTED) {
      this.complaints.push(`  line ${line}${sourceId ? ` (${sourceId})` : ''}: ${reason}`);
    }
  }

  /** For the end, in lines. */
  report(): string {
    const missing = [...this.missing].toSorted(([, a], [, b]) => b - a).slice(0, KINDS);
    return [
      `${number.format(this.imported)} imported, ${number.format(this.known)} were there already, ${number.format(this.bad)} bad`,
      ...(this.drafts > 0
        ? [`${number.format(this.drafts)} of the imported are drafts, since something is missing:`]
        : []),
      ...missing.map(([kind, count]) => `  ${number.format(count)} × ${kind}`),
      ...(this.bad > 0 ? ['Bad records:', ...this.complaints] : []),
      ...(this.bad > LISTED ? [`  … and ${number.format(this.bad - LISTED)} more`] : []),
    ].join('\n');
  }

  /** For meanwhile, in one line. @param share of the file that was read, 0 to 1. @param seconds since the start. */
  progress(share: number, seconds: number): string {
    const rate = seconds > 0 ? this.records / seconds : 0;
    return `${number.format(this.records)} records · ${Math.round(share * 100)} % · ${rate.toFixed(0)}/s · ${number.format(this.bad)} bad`;
  }
}
