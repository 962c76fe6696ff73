/** A table for people, with numbers that are as long as they are meant. */
export class Table {
  private readonly rows: string[][] = [];

  constructor(private readonly heads: readonly string[]) {}

  add(cells: readonly number[]): void {
    this.rows.push(
      cells.map((cell) =>
        cell >= 10 || Number.isInteger(cell) ? Math.round(cell).toString() : cell.toFixed(2),
      ),
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
