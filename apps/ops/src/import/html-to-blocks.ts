import { Parser } from 'htmlparser2';
import { embedHosts, type EmbedProvider, type TextRun } from '#events';
import { linkOf, webUrlOf } from './addresses.js';
import { inline, OpenElements } from './html-elements.js';
import { apiLimits, MAX_HTML_DEPTH } from './limits.js';
import type { ImportedBlock, ImportedPicture } from './record.js';
import { chunksOf, cut, splitRuns, splitText, trimmed } from './text-runs.js';

export interface HtmlOptions {
  /** Size and texts of pictures by their address, where the markup does not say them. */
  readonly pictureAt?: (url: string) => Partial<ImportedPicture> | undefined;
  /** The page it was on, for relative addresses. */
  readonly base?: string;
  /** Whether a blank line ends a paragraph, as in WordPress. */
  readonly hasParagraphsByLine?: boolean;
  /** Is given what was left out or changed. */
  readonly note?: (what: string) => void;
}

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

/**
 * The blocks of an article out of the HTML of another system. What has no block of its own keeps its text; no text is
 * lost, however long: it goes on in further blocks.
 * @throws Error when elements are nested so deep that reading them would take long.
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
  private depth = 0;
  private runs: TextRun[] = [];
  private list: { ordered: boolean; items: TextRun[][] } | undefined;
  private quote: { texts: string[]; attribution: string } | undefined;
  private caption: { picture: ImportedPicture; text: string } | undefined;

  constructor(private readonly options: HtmlOptions) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (++this.depth > MAX_HTML_DEPTH)
      throw new Error(`holds HTML that is nested deeper than ${MAX_HTML_DEPTH}`);
    if (this.isIn.areUnseen) return this.isIn.begin(name);
    if (name === 'br') return this.add('\n');
    if (name === 'img') return this.picture(attributes);
    if (isMedia(name)) this.media(name, attributes);
    const what = leftOut.get(name);
    if (what) this.note(what);
    if (!inline.has(name)) this.endOfText();
    if ((name === 'ul' || name === 'ol') && !this.list) this.list = { ordered: name === 'ol', items: [] };
    if (name === 'blockquote') this.quote ??= { texts: [], attribution: '' };
    if (name === 'a') this.links.push(this.linkTo(attributes['href']));
    this.isIn.begin(name);
  }

  text(text: string): void {
    if (this.isIn.areUnseen) return;
    if (this.options.hasParagraphsByLine && !this.isIn.has('pre')) {
      const [first = '', ...others] = text.split(BLANK_LINES);
      this.words(first);
      for (const other of others) {
        this.endOfText();
        this.words(other);
      }
    } else this.words(text);
  }

  private words(text: string): void {
    const plain = this.isIn.has('pre') ? text : text.replace(/\s+/g, ' ');
    if (this.isIn.has('figcaption') && this.caption) this.caption.text += plain;
    else if (this.isIn.has('cite') && this.quote) this.quote.attribution += plain;
    else this.add(plain);
  }

  close(name: string): void {
    this.depth--;
    if (!this.isIn.has(name)) return;
    const wasUnseen = this.isIn.areUnseen;
    if (!inline.has(name) && !wasUnseen) this.endOfText();
    this.isIn.end(name);
    if (wasUnseen) return;
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
    const alone = this.list || this.quote || runs.length > 1 ? undefined : addressIn(runs[0]!);
    if (alone) return this.embed(alone, alone);
    if (this.list) this.list.items.push(...chunksOf(splitRuns(runs, apiLimits.run), apiLimits.runs));
    else if (this.isIn.has(...headings) && text.length <= apiLimits.title) {
      this.blocks.push({ type: 'crosshead', text });
    } else if (this.quote) this.quote.texts.push(text);
    else {
      for (const some of chunksOf(splitRuns(runs, apiLimits.run), apiLimits.runs))
        this.blocks.push({ type: 'paragraph', runs: some });
    }
  }

  /** Who said it comes after the words; without a name, or at length, a quote is a paragraph in italics. */
  private endOfQuote(): void {
    const { texts = [], attribution = '' } = this.quote ?? {};
    this.quote = undefined;
    const [text, by] = [texts.join('\n'), attribution.replace(/^[\s–—-]+/, '').trim()];
    if (!text && !by) return;
    if (text && by && text.length <= apiLimits.quote && by.length <= apiLimits.title) {
      this.blocks.push({ type: 'quote', text, attribution: by });
      return;
    }
    for (const part of splitText(text && by ? `${text} (${by})` : text || by, apiLimits.run)) {
      this.blocks.push({ type: 'paragraph', runs: [{ text: part, emphasis: true }] });
    }
  }

  private endOfList(): void {
    const { list } = this;
    this.list = undefined;
    if (!list) return;
    for (const items of chunksOf(list.items, apiLimits.items)) {
      this.blocks.push({ type: 'list', ordered: list.ordered, items });
    }
  }

  private picture(attributes: Readonly<Record<string, string>>): void {
    const url = this.addressOf(attributes);
    if (!url) return;
    this.endOfText();
    this.endOfFigure();
    const known = this.options.pictureAt?.(url);
    const [, ...named] = /-(\d{1,5})x(\d{1,5})\.\w{1,5}$/.exec(url) ?? [];
    const width = pixels(attributes['width']) ?? known?.width ?? pixels(named[0]);
    const height = pixels(attributes['height']) ?? known?.height ?? pixels(named[1]);
    const [alt, beyond] = cut(attributes['alt']?.trim() || known?.alt || '', apiLimits.caption);
    if (beyond) this.note(`alt text longer than ${apiLimits.caption} characters, cut`);
    if (!width || !height) {
      // Without its size it cannot be shown without the page jumping; the link at least is kept.
      this.note('picture of unknown size, which became a link');
      this.blocks.push({ type: 'paragraph', runs: [{ text: alt || url, link: url }] });
      return;
    }
    const link = this.links.at(-1);
    if (link && !IMAGE_FILE.test(link)) this.note('link around a picture, left out');
    const picture: ImportedPicture = { ...known, url, width, height, ...(alt && { alt }) };
    this.blocks.push({ type: 'picture', picture });
    if (this.isIn.has('figure')) this.caption = { picture, text: '' };
  }

  /** Pages that load pictures late have the address elsewhere, and a placeholder in its place. */
  private addressOf(attributes: Readonly<Record<string, string>>): string | undefined {
    const { src, srcset } = attributes;
    const late = ['data-src', 'data-lazy-src', 'data-original', 'data-orig-file'].map(
      (name) => attributes[name],
    );
    const candidates = [src, ...late, srcset?.trim().split(/[\s,]/, 1)[0]].filter(Boolean);
    const url = candidates.map((one) => webUrlOf(one, this.options.base)).find((one) => one !== undefined);
    if (!url) this.note(`picture ${whyUnusable(src ?? candidates[0])}, left out`);
    return url;
  }

  private linkTo(href: string | undefined): string | undefined {
    const link = linkOf(href, this.options.base);
    if (!link && href) this.note(`link ${whyUnusable(href)}, whose text stays`);
    return link;
  }

  private note(what: string): void {
    this.options.note?.(what);
  }

  private endOfFigure(): void {
    if (!this.caption) return;
    const [caption, beyond] = cut(this.caption.text, apiLimits.caption);
    if (caption) this.caption.picture.caption = caption;
    for (const text of beyond ? splitText(beyond, apiLimits.run) : [])
      this.blocks.push({ type: 'paragraph', runs: [{ text }] });
    this.caption = undefined;
  }

  private media(name: string, attributes: Readonly<Record<string, string>>): void {
    const { src, data } = attributes;
    const address = src ?? data ?? attributes['data-src'];
    const url = webUrlOf(address, this.options.base);
    if (!url && address) this.note(`${name} ${whyUnusable(address)}, left out`);
    this.endOfText();
    if (url) this.embed(url, attributes['title']?.trim() || url);
  }

  private embed(url: string, title: string): void {
    const provider = providerOf(url);
    if (!provider) {
      this.blocks.push({ type: 'paragraph', runs: [{ text: title.slice(0, apiLimits.run), link: url }] });
      return;
    }
    const [shown] = cut(title === url ? provider : title, apiLimits.title);
    this.blocks.push({ type: 'embed', provider, url, title: shown || provider });
  }
}

/** A paragraph that is an address alone. */
const ADDRESS = /^https?:\/\/[^\s/]+\.[^\s]{1,1900}$/;
const IMAGE_FILE = /\.(?:jpe?g|png|gif|webp|avif|svg)(?:\?|$)/i;
const BLANK_LINES = /\n[^\S\n]*\n\s*/;

const isMedia = (name: string): boolean =>
  ['iframe', 'embed', 'object', 'video', 'audio', 'source'].includes(name);

const leftOut: ReadonlyMap<string, string> = new Map([
  ['script', 'script, left out'],
  ['svg', 'drawing inside the text (svg), left out'],
  ['form', 'form, whose text stays'],
  ['table', 'table, which became paragraphs'],
]);

const addressIn = ({ text, link }: TextRun): string | undefined =>
  ADDRESS.test(text) && (!link || link === text) ? webUrlOf(text) : undefined;

function whyUnusable(address: string | undefined): string {
  const { protocol } = URL.canParse(address ?? '') ? new URL(address!) : {};
  if (protocol && !/^(https?|mailto):$/.test(protocol)) return `with a ${protocol} address`;
  if (address?.startsWith('#')) return 'to a place within the page';
  if (!address?.trim()) return 'without an address';
  return protocol ? 'with an address that is too long' : 'with an address that cannot be resolved';
}

function providerOf(url: string): EmbedProvider | undefined {
  const { host, protocol } = new URL(url);
  if (protocol !== 'https:') return undefined;
  const found = Object.entries(embedHosts).find(([, hosts]) => (hosts as readonly string[]).includes(host));
  return found?.[0] as EmbedProvider | undefined;
}

const pixels = (value: string | undefined): number | undefined => {
  const number = Number(value?.replace(/px$/, ''));
  return Number.isInteger(number) && number >= 1 && number <= 20_000 ? number : undefined;
};
