/** Elements that readers never see, with their content. */
const unseen: ReadonlySet<string> = new Set(['script', 'style', 'noscript', 'template', 'svg', 'head']);

/** Elements that do not end a paragraph. */
export const inline: ReadonlySet<string> = new Set([
  'a',
  'abbr',
  'b',
  'cite',
  'code',
  'em',
  'i',
  'mark',
  'q',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'time',
  'u',
]);

/** The open elements. Answers in constant time at any depth. */
export class OpenElements {
  private readonly counts = new Map<string, number>();
  private hidden = 0;

  begin(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (unseen.has(name)) this.hidden++;
  }

  end(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) - 1);
    if (unseen.has(name)) this.hidden--;
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => (this.counts.get(name) ?? 0) > 0);
  }

  get areUnseen(): boolean {
    return this.hidden > 0;
  }
}
