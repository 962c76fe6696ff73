import { SaxesParser, type SaxesTagNS } from 'saxes';
import { decode, withEncoding } from '../encoding.js';
import { headerIn, nameOf, namespaceOf, unknownHeader, type Header } from './header.js';
import { repaired } from './repair.js';
import { recordsIn, Splitter, type Piece } from './splitter.js';

/** An element with its content. */
export interface Element {
  /** With the usual prefix of its namespace, even if the file uses another. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
  readonly line: number;
  /** What was repaired in it. */
  readonly notes: readonly string[];
}

/** Stands for an element that is not readable. */
export interface BrokenElement {
  readonly line: number;
  readonly bad: string;
  /** As far as they are readable. */
  readonly sourceId?: string;
  readonly title?: string;
}

/** Elements and attributes of one record, and levels of nesting. */
const limits = { parts: 250_000, depth: 200 } as const;

const XHTML = 'http://www.w3.org/1999/xhtml';
/** Elements whose content is HTML, even if it is not escaped. */
const holdsHtml = new Set([
  'title',
  'description',
  'summary',
  'content',
  'content:encoded',
  'excerpt:encoded',
]);

/** Escapes text as HTML. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export interface ElementsOptions {
  /** Names of elements beside the records, with their usual prefix. */
  readonly others?: readonly string[];
  /** Whether an element must be parsed, judged by its source. */
  readonly isWanted?: (source: string) => boolean;
}

/** Bytes within which the root element of a file must begin. */
const LONGEST_HEAD = 1024 * 1024;

/**
 * Yields the records of an RSS or Atom file (`item`, `entry`), and the elements named `others` beside them, from a file of
 * any size. Each is parsed on its own, so one that is not well-formed does not affect the next.
 */
export async function* elementsOf(
  file: AsyncIterable<Buffer>,
  { others = [], isWanted = () => true }: ElementsOptions = {},
): AsyncGenerator<Element | BrokenElement, void, undefined> {
  const { encoding, unknownEncoding, bytes } = await withEncoding(file);
  if (unknownEncoding) yield { line: 1, bad: `the encoding "${unknownEncoding}" is unknown; read as UTF-8` };
  let head = '';
  let reader: Reader | undefined;
  for await (const chunk of bytes) {
    const source = chunk.toString('latin1');
    if (reader) {
      yield* reader.read(source);
      continue;
    }
    head += source;
    const header = headerIn(head) ?? (head.length > LONGEST_HEAD ? unknownHeader : undefined);
    if (!header) continue;
    reader = new Reader(header, encoding, others, isWanted);
    yield* reader.read(head);
  }
  if (!headerIn(head) && !reader) yield { line: 1, bad: 'the file has no rss, feed or RDF element' };
  if (!reader) yield* (reader = new Reader(unknownHeader, encoding, others, isWanted)).read(head);
  yield* reader.end();
}

class Reader {
  private readonly splitter: Splitter;

  constructor(
    private readonly header: Header,
    private readonly encoding: string,
    others: readonly string[],
    private readonly isWanted: (source: string) => boolean,
  ) {
    this.splitter = new Splitter(header, others);
  }

  *read(source: string): Generator<Element | BrokenElement, void, undefined> {
    for (const piece of this.splitter.write(source)) yield* this.elementsIn(piece);
  }

  *end(): Generator<Element | BrokenElement, void, undefined> {
    for (const piece of this.splitter.end()) yield* this.elementsIn(piece);
  }

  /**
   * Yields one element, or a broken one and the records that it swallowed. Such an element can be well-formed: its open CDATA
   * section ends with the first CDATA section of the next record. In an article about feeds, the last of the records inside
   * has a surplus end of CDATA, which shows that they are text.
   */
  private *elementsIn(piece: Piece): Generator<Element | BrokenElement, void, undefined> {
    if (!this.isWanted(piece.source)) return;
    const whole = this.parsed(piece);
    const [first, ...swallowed] = recordsIn(piece, this.header.record);
    const others = swallowed.map((one) => this.parsed(one));
    const last = others.at(-1);
    if (!first || !last || (!('bad' in whole) && 'bad' in last)) {
      yield whole;
      return;
    }
    const reason = 'bad' in whole ? whole.bad : 'has CDATA or a comment without an end';
    yield broken(first, reason, this.encoding);
    yield* others;
  }

  private parsed(piece: Piece): Element | BrokenElement {
    if (piece.flaw) return broken(piece, piece.flaw, this.encoding);
    const { text, note } = decode(Buffer.from(piece.source, 'latin1'), this.encoding);
    const { source, notes, unknownEntity } = repaired(text);
    if (unknownEntity) {
      return broken(piece, `has the undefined entity &${unknownEntity};`, this.encoding);
    }
    try {
      return parse(source, piece.line, this.header, note ? [note, ...notes] : notes);
    } catch (error) {
      return broken(piece, (error as Error).message, this.encoding);
    }
  }
}

/** The id and title of a broken element, as far as its source shows them. */
function broken({ line, source }: Piece, bad: string, encoding: string): BrokenElement {
  const { text } = decode(Buffer.from(source.slice(0, 64 * 1024), 'latin1'), encoding);
  const saidIn = (tag: RegExp): string | undefined =>
    tag.exec(text)?.[1]?.replace(/\s+/g, ' ').trim() || undefined;
  const sourceId = saidIn(/<(?:guid|id)\b[^<>]*>(?:\s*<!\[CDATA\[)?([^<>\]]{1,300})/);
  const title = saidIn(/<title\b[^<>]*>(?:\s*<!\[CDATA\[)?([^<>\]]{1,120})/);
  return { line, bad, ...(sourceId && { sourceId }), ...(title && { title }) };
}

/** @throws Error with the line, if the source is not well-formed or exceeds the limits. */
function parse(source: string, firstLine: number, header: Header, notes: readonly string[]): Element {
  const resolvePrefix = (prefix: string) => namespaceOf(prefix, header);
  const parser = new SaxesParser({ xmlns: true, position: false, resolvePrefix });
  const tree = new TreeBuilder(() => firstLine + parser.line - 1, notes);
  parser.on('error', ({ message }) => {
    throw new Error(`not well-formed XML on line ${firstLine + parser.line - 1}: ${message}`);
  });
  parser.on('opentag', (tag) => tree.open(tag));
  parser.on('text', (text) => tree.text(text));
  parser.on('cdata', (text) => tree.text(text));
  parser.on('closetag', (tag) => tree.close(tag));
  parser.write(source).close();
  return tree.root!;
}

class TreeBuilder {
  root: Element | undefined;
  private readonly stack: Element[] = [];
  /** Open HTML elements inside the innermost other element. */
  private markup = 0;
  private parts = 0;

  constructor(
    private readonly line: () => number,
    private readonly notes: readonly string[],
  ) {}

  open(tag: SaxesTagNS): void {
    const { uri, local, attributes } = tag;
    const parent = this.stack.at(-1);
    this.parts += 1 + Object.keys(attributes).length;
    if (this.parts > limits.parts) throw new Error(`has more than ${limits.parts} elements and attributes`);
    if (this.stack.length + this.markup >= limits.depth) {
      throw new Error(`has elements nested deeper than ${limits.depth} on line ${this.line()}`);
    }
    if (parent && (this.markup > 0 || uri === XHTML || holdsHtml.has(parent.name))) {
      this.markup++;
      parent.text += startTagOf(tag);
      return;
    }
    const element: Element = {
      name: nameOf(uri, local),
      attributes: Object.fromEntries(Object.values(attributes).map((one) => [one.local, one.value])),
      children: [],
      text: '',
      line: this.line(),
      notes: parent ? [] : this.notes,
    };
    parent?.children.push(element);
    this.root ??= element;
    this.stack.push(element);
  }

  text(text: string): void {
    const element = this.stack.at(-1);
    if (element) element.text += this.markup > 0 ? escaped(text) : text;
  }

  close({ local }: SaxesTagNS): void {
    if (this.markup === 0) {
      this.stack.pop();
      return;
    }
    this.markup--;
    // HTML reads the end tag of a line break as another line break.
    if (local !== 'br') this.stack.at(-1)!.text += `</${local}>`;
  }
}

function startTagOf({ local, attributes }: SaxesTagNS): string {
  const written = Object.values(attributes).map(
    ({ local: name, value }) => ` ${name}="${escaped(value).replaceAll('"', '&quot;')}"`,
  );
  return `<${local}${written.join('')}>`;
}

export const childOf = ({ children }: Element, name: string): Element | undefined =>
  children.find((child) => child.name === name);

/** The text of the first child with one of these names and with text. */
export function textOf(element: Element, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = childOf(element, name)?.text.trim();
    if (text) return text;
  }
  return undefined;
}
