import { Parser } from 'htmlparser2';
import type { TextRun } from '#events';
import { webUrlOf } from './addresses.js';
import { inline, OpenElements } from './html-elements.js';
import {
  blockOfEmbed,
  blockOfImage,
  blockOfMedia,
  isMedia,
  linkTargetOf,
  type MediaOptions,
} from './html-media.js';
import { apiLimits, MAX_HTML_DEPTH } from './limits.js';
import type { ImportedBlock, ImportedPicture } from './record.js';
import { chunksOf, cut, splitRuns, splitText, trimmed } from './text-runs.js';

export interface HtmlOptions extends MediaOptions {
  /** Whether a blank line ends a paragraph, as in WordPress. */
  readonly hasParagraphsByLine?: boolean;
}

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

/**
 * Converts the HTML of another system to the blocks of an article. Elements without a matching block keep their text. Text
 * that is too long for one block continues in the next: none is lost.
 * @throws Error when elements are nested deeper than MAX_HTML_DEPTH.
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
    if (++this.depth > MAX_HTML_DEPTH) {
      throw new Error(`has HTML that is nested deeper than ${MAX_HTML_DEPTH} levels`);
    }
    if (this.isIn.areUnseen) return this.isIn.begin(name);
    if (name === 'br') return this.add('\n');
    if (name === 'img') return this.picture(attributes);
    if (isMedia(name)) this.media(name, attributes);
    const what = leftOut.get(name);
    if (what) this.note(what);
    if (!inline.has(name)) this.endOfText();
    if ((name === 'ul' || name === 'ol') && !this.list) this.list = { ordered: name === 'ol', items: [] };
    if (name === 'blockquote') this.quote ??= { texts: [], attribution: '' };
    if (name === 'a') this.links.push(linkTargetOf(attributes['href'], this.options));
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
    if (alone) return void this.blocks.push(blockOfEmbed(alone, alone));
    if (this.list) this.list.items.push(...chunksOf(splitRuns(runs, apiLimits.run), apiLimits.runs));
    else if (this.isIn.has(...headings) && text.length <= apiLimits.title) {
      this.blocks.push({ type: 'crosshead', text });
    } else if (this.quote) this.quote.texts.push(text);
    else {
      for (const some of chunksOf(splitRuns(runs, apiLimits.run), apiLimits.runs)) {
        this.blocks.push({ type: 'paragraph', runs: some });
      }
    }
  }

  /** A quote without an attribution, or one that is too long, becomes paragraphs in italics. */
  private endOfQuote(): void {
    const { texts = [], attribution = '' } = this.quote ?? {};
    this.quote = undefined;
    const [text, by] = [texts.join('\n'), attribution.replace(/^[\s–—-]+/, '').trim()];
    if (!text && !by) return;
    if (text && by && text.length <= apiLimits.quote && by.length <= apiLimits.attribution) {
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
    const block = blockOfImage(attributes, this.options);
    if (!block) return;
    this.endOfText();
    this.endOfFigure();
    this.blocks.push(block);
    if (block.type !== 'picture') return;
    const link = this.links.at(-1);
    if (link && !IMAGE_FILE.test(link)) this.note('link around a picture, left out');
    if (this.isIn.has('figure')) this.caption = { picture: block.picture, text: '' };
  }

  private note(what: string): void {
    this.options.note?.(what);
  }

  private endOfFigure(): void {
    if (!this.caption) return;
    const [caption, beyond] = cut(this.caption.text, apiLimits.caption);
    if (caption) this.caption.picture.caption = caption;
    for (const text of beyond ? splitText(beyond, apiLimits.run) : []) {
      this.blocks.push({ type: 'paragraph', runs: [{ text }] });
    }
    this.caption = undefined;
  }

  private media(name: string, attributes: Readonly<Record<string, string>>): void {
    this.endOfText();
    const block = blockOfMedia(name, attributes, this.options);
    if (block) this.blocks.push(block);
  }
}

/** A paragraph that holds nothing but an address. */
const ADDRESS = /^https?:\/\/[^\s/]+\.[^\s]{1,1900}$/;
const IMAGE_FILE = /\.(?:jpe?g|png|gif|webp|avif|svg)(?:\?|$)/i;
const BLANK_LINES = /\n[^\S\n]*\n\s*/;

const leftOut: ReadonlyMap<string, string> = new Map([
  ['script', 'script, left out'],
  ['svg', 'inline drawing (svg), left out'],
  ['form', 'form, left out; its text stays'],
  ['table', 'table, replaced by paragraphs'],
]);

const addressIn = ({ text, link }: TextRun): string | undefined =>
  ADDRESS.test(text) && (!link || link === text) ? webUrlOf(text) : undefined;
