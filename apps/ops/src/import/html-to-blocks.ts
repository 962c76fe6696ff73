import { Parser } from 'htmlparser2';
import { embedHosts, type EmbedProvider, type TextRun } from '#events';
import { inline, OpenElements } from './html-elements.js';
import type { ImportedBlock, ImportedPicture } from './record.js';
import { chunksOf, cut, splitRuns, splitText, trimmed } from './text-runs.js';

export interface HtmlOptions {
  /** Size and texts of pictures by their address, where the markup does not say them. */
  readonly pictureAt?: (url: string) => Partial<ImportedPicture> | undefined;
}

/** Characters: the limits of the API's blocks. */
const limits = { run: 5_000, runs: 200, title: 200, quote: 1_000, items: 50, caption: 500 } as const;

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

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
  private readonly isIn = new OpenElements();
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
    if (!inline.has(name)) this.endOfText();
    if ((name === 'ul' || name === 'ol') && !this.list) this.list = { ordered: name === 'ol', items: [] };
    if (name === 'blockquote') this.quote ??= { texts: [], attribution: '' };
    if (name === 'a') this.links.push(linkOf(attributes['href']));
    this.isIn.begin(name);
  }

  text(text: string): void {
    if (this.isIn.areUnseen) return;
    const plain = this.isIn.has('pre') ? text : text.replace(/\s+/g, ' ');
    if (this.isIn.has('figcaption') && this.caption) this.caption.text += plain;
    else if (this.isIn.has('cite') && this.quote) this.quote.attribution += plain;
    else this.add(plain);
  }

  close(name: string): void {
    if (!this.isIn.has(name)) return;
    if (!inline.has(name)) this.endOfText();
    this.isIn.end(name);
    if (name === 'a') this.links.pop();
    if (name === 'figure') this.endOfFigure();
    if ((name === 'ul' || name === 'ol') && !this.isIn.has('ul', 'ol')) this.endOfList();
    if (name === 'blockquote' && !this.isIn.has('blockquote')) this.endOfQuote();
  }

  end(): ImportedBlock[] {
    this.endOfText();
    this.endOfFigure();
    this.endOfList();
    this.endOfQuote();
    return this.blocks;
  }

  private add(text: string): void {
    const last = this.runs.at(-1);
    const run: TextRun = {
      text,
      ...(this.isIn.has('strong', 'b') && { strong: true }),
      ...(this.isIn.has('em', 'i') && { emphasis: true }),
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
    if (this.list) this.list.items.push(...chunksOf(splitRuns(runs, limits.run), limits.runs));
    else if (this.isIn.has(...headings) && text.length <= limits.title) {
      this.blocks.push({ type: 'crosshead', text });
    } else if (this.quote) this.quote.texts.push(text);
    else {
      for (const some of chunksOf(splitRuns(runs, limits.run), limits.runs))
        this.blocks.push({ type: 'paragraph', runs: some });
    }
  }

  /** Who said it comes after the words; without a name, or at length, a quote is a paragraph in italics. */
  private endOfQuote(): void {
    const { texts = [], attribution = '' } = this.quote ?? {};
    this.quote = undefined;
    const [text, by] = [texts.join('\n'), attribution.replace(/^[\s–—-]+/, '').trim()];
    if (!text && !by) return;
    if (text && by && text.length <= limits.quote && by.length <= limits.title) {
      this.blocks.push({ type: 'quote', text, attribution: by });
      return;
    }
    for (const part of splitText(text && by ? `${text} (${by})` : text || by, limits.run)) {
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
    this.endOfFigure();
    const known = this.options.pictureAt?.(url);
    const width = pixels(attributes['width']) ?? known?.width;
    const height = pixels(attributes['height']) ?? known?.height;
    const [alt] = cut(attributes['alt']?.trim() || known?.alt || '', limits.caption);
    if (!width || !height) {
      // Without its size it cannot be shown without the page jumping; the link at least is kept.
      this.blocks.push({ type: 'paragraph', runs: [{ text: alt || url, link: url }] });
      return;
    }
    const picture: ImportedPicture = { ...known, url, width, height, ...(alt && { alt }) };
    this.blocks.push({ type: 'picture', picture });
    if (this.isIn.has('figure')) this.caption = { picture, text: '' };
  }

  private endOfFigure(): void {
    if (!this.caption) return;
    const [caption, beyond] = cut(this.caption.text, limits.caption);
    if (caption) this.caption.picture.caption = caption;
    for (const text of beyond ? splitText(beyond, limits.run) : [])
      this.blocks.push({ type: 'paragraph', runs: [{ text }] });
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
