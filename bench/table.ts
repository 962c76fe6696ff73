/** A table in plain text, with numbers rounded to significant digits. */
export class Table {
  private readonly rows: string[][] = [];

  constructor(private readonly heads: readonly string[]) {}

  add(cells: readonly (number | string)[]): void {
    this.rows.push(
      cells.map((cell) => {
        if (typeof cell === 'string') return cell;
        return cell >= 10 || Number.isInteger(cell) ? Math.round(cell).toString() : cell.toPrecision(2);
      }),
    );
  }

  toString(): string {
    const all = [[...this.heads], ...this.rows];
    const widths = this.heads.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
    return all.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  ')).join('\n') + '\n';
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The value below which this share of the sorted values lies, with one decimal. */
export const percentile = (sorted: readonly number[], share: number): string =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
