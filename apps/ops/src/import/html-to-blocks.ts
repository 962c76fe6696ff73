import { Parser } from 'htmlparser2';
import { embedHosts, type EmbedProvider, type TextRun } from '#events';
import type { ImportedBlock, ImportedPicture } from './record.js';

export interface HtmlOptions {
  /** Size and texts of pictures by their address, where the markup does not say them. */
  readonly pictureAt?: (url: string) => Partial<ImportedPicture> | undefined;
}

/** Characters: the limits of the API's blocks. */
const limits = { run: 5_000, runs: 200, title: 200, quote: 1_000, items: 50, caption: 500 } as const;

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const withoutText = ['script', 'style', 'noscript', 'template', 'svg', 'head'];
const inline = [
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
];

/**
 * The blocks of an article out of the HTML of another system. What has no block of its own keeps its text; no text is
 * lost, however long: it goes on in further blocks.
 */
export function htmlToBlocks(html: string, options: HtmlOptions = {}): ImportedBlock[] {
  const builder = new BlockBuilder(options);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => builder.open(name, attributes),
      ontext: (text) => builder.text(text),
      onclosetag: (name) => builder.close(name),
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return builder.end();
}

class BlockBuilder {
  private readonly blocks: ImportedBlock[] = [];
  private readonly open_: string[] = [];
  private readonly links: (string | undefined)[] = [];
  private runs: TextRun[] = [];
  private list: { ordered: boolean; items: TextRun[][] } | undefined;
  private quote: { texts: string[]; attribution: string } | undefined;
  private caption: { picture: ImportedPicture; text: string } | undefined;

  constructor(private readonly options: HtmlOptions) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'br') return this.add('\n');
    if (name === 'img') return this.picture(attributes);
    if (name === 'iframe' || name === 'embed') this.embed(attributes);
    if (!inline.includes(name)) this.endOfText();
    if ((name === 'ul' || name === 'ol') && !this.list) this.list = { ordered: name === 'ol', items: [] };
    if (name === 'blockquote') this.quote = { texts: [], attribution: '' };
    if (name === 'a') this.links.push(linkOf(attributes['href']));
    this.open_.push(name);
  }

  text(text: string): void {
    if (this.open_.some((name) => withoutText.includes(name))) return;
    const plain = this.isIn('pre') ? text : text.replace(/\s+/g, ' ');
    if (this.isIn('figcaption') && this.caption) this.caption.text += plain;
    else if (this.isIn('cite') && this.quote) this.quote.attribution += plain;
    else this.add(plain);
  }

  close(name: string): void {
    const isOpen = this.open_.lastIndexOf(name);
    if (isOpen < 0) return;
    if (!inline.includes(name)) this.endOfText();
    this.open_.splice(isOpen, 1);
    if (name === 'a') this.links.pop();
    if (name === 'figure') this.endOfFigure();
    if ((name === 'ul' || name === 'ol') && !this.isIn('ul') && !this.isIn('ol')) this.endOfList();
    if (name === 'blockquote') this.endOfQuote();
  }

  end(): ImportedBlock[] {
    this.endOfText();
    this.endOfFigure();
    this.endOfList();
    this.endOfQuote();
    return this.blocks;
  }

  private isIn(name: string): boolean {
    return this.open_.includes(name);
  }

  private add(text: string): void {
    const last = this.runs.at(-1);
    const run: TextRun = {
      text,
      ...((this.isIn('strong') || this.isIn('b')) && { strong: true }),
      ...((this.isIn('em') || this.isIn('i')) && { emphasis: true }),
      ...(this.links.at(-1) && { link: this.links.at(-1) }),
    };
    const isAlike =
      last && last.strong === run.strong && last.emphasis === run.emphasis && last.link === run.link;
    if (isAlike) last.text += text;
    else this.runs.push(run);
  }

  private endOfText(): void {
    const runs = trimmed(this.runs);
    this.runs = [];
    if (runs.length === 0) return;
    const text = runs.map((run) => run.text).join('');
    if (this.list) this.list.items.push(...chunksOf(splitRuns(runs), limits.runs));
    else if (this.open_.some((name) => headings.includes(name)) && text.length <= limits.title) {
      this.blocks.push({ type: 'crosshead', text });
    } else if (this.quote) this.quote.texts.push(text);
    else {
      for (const some of chunksOf(splitRuns(runs), limits.runs))
        this.blocks.push({ type: 'paragraph', runs: some });
    }
  }

  /** Who said it comes after the words; without a name, or at length, a quote is a paragraph in italics. */
  private endOfQuote(): void {
    const { texts = [], attribution = '' } = this.quote ?? {};
    this.quote = undefined;
    const [text, by] = [texts.join('\n'), attribution.replace(/^[\s–—-]+/, '').trim()];
    if (!text) return;
    if (by && text.length <= limits.quote) {
      this.blocks.push({ type: 'quote', text, attribution: by.slice(0, limits.title) });
      return;
    }
    for (const part of splitText(by ? `${text} (${by})` : text, limits.run)) {
      this.blocks.push({ type: 'paragraph', runs: [{ text: part, emphasis: true }] });
    }
  }

  private endOfList(): void {
    const { list } = this;
    this.list = undefined;
    if (!list) return;
    for (const items of chunksOf(list.items, limits.items)) {
      this.blocks.push({ type: 'list', ordered: list.ordered, items });
    }
  }

  private picture(attributes: Readonly<Record<string, string>>): void {
    const url = linkOf(attributes['src']);
    if (!url?.startsWith('http')) return;
    this.endOfText();
    const known = this.options.pictureAt?.(url);
    const width = pixels(attributes['width']) ?? known?.width;
    const height = pixels(attributes['height']) ?? known?.height;
    const alt = (attributes['alt']?.trim() || known?.alt)?.slice(0, limits.caption);
    if (!width || !height) {
      // Without its size it cannot be shown without the page jumping; the link at least is kept.
      this.blocks.push({ type: 'paragraph', runs: [{ text: alt || url, link: url }] });
      return;
    }
    const picture: ImportedPicture = { ...known, url, width, height, ...(alt && { alt }) };
    this.blocks.push({ type: 'picture', picture });
    if (this.isIn('figure')) this.caption = { picture, text: '' };
  }

  private endOfFigure(): void {
    const caption = this.caption?.text.trim().slice(0, limits.caption);
    if (this.caption && caption) this.caption.picture.caption = caption;
    this.caption = undefined;
  }

  private embed({ src, title }: Readonly<Record<string, string>>): void {
    const url = linkOf(src?.replace(/^\/\//, 'https://'));
    if (!url?.startsWith('http')) return;
    const provider = providerOf(url);
    this.endOfText();
    if (provider)
      this.blocks.push({
        type: 'embed',
        provider,
        url,
        title: (title?.trim() || provider).slice(0, limits.title),
      });
    else this.blocks.push({ type: 'paragraph', runs: [{ text: title?.trim() || url, link: url }] });
  }
}

function providerOf(url: string): EmbedProvider | undefined {
  const { host, protocol } = new URL(url);
  if (protocol !== 'https:') return undefined;
  const found = Object.entries(embedHosts).find(([, hosts]) => (hosts as readonly string[]).includes(host));
  return found?.[0] as EmbedProvider | undefined;
}

const linkOf = (href: string | undefined): string | undefined => {
  const link = href?.trim() ?? '';
  return URL.canParse(link) && /^(https?|mailto):$/.test(new URL(link).protocol) && link.length <= 2_000
    ? link
    : undefined;
};

const pixels = (value: string | undefined): number | undefined => {
  const number = Number(value?.replace(/px$/, ''));
  return Number.isInteger(number) && number >= 1 && number <= 20_000 ? number : undefined;
};

/** Without space at the start and the end, and without runs of nothing. */
function trimmed(runs: readonly TextRun[]): TextRun[] {
  const kept = runs.map((run) => ({ ...run }));
  while (kept[0] && kept[0].text.trimStart() === '') kept.shift();
  while (kept.length > 0 && kept.at(-1)!.text.trimEnd() === '') kept.pop();
  if (kept[0]) kept[0].text = kept[0].text.trimStart();
  if (kept.length > 0) kept.at(-1)!.text = kept.at(-1)!.text.trimEnd();
  return kept.filter(({ text }) => text !== '');
}

/** Runs that are longer than the limit go on in further ones, from a sentence's end if there is one. */
const splitRuns = (runs: readonly TextRun[]): TextRun[] =>
  runs.flatMap((run) => splitText(run.text, limits.run).map((text) => ({ ...run, text })));

/** Pieces of at most `most` characters that together are the text. */
export function splitText(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const head = rest.slice(0, most);
    const sentence = Math.max(head.lastIndexOf('. '), head.lastIndexOf('! '), head.lastIndexOf('? ')) + 2;
    const end = sentence > most / 2 ? sentence : head.lastIndexOf(' ') + 1 || most;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
