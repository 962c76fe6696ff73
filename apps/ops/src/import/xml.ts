import { SaxesParser, type SaxesTagNS } from 'saxes';

/** An element with all that is in it. */
export interface Element {
  /** With the usual prefix of its namespace, whichever the file uses. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
  readonly line: number;
}

const prefixes: readonly (readonly [RegExp, string])[] = [
  [/^http:\/\/purl\.org\/rss\/1\.0\/modules\/content\/$/, 'content:'],
  [/^http:\/\/purl\.org\/dc\/elements\/1\.1\/$/, 'dc:'],
  [/^https?:\/\/search\.yahoo\.com\/mrss\/?$/, 'media:'],
  [/^https?:\/\/wordpress\.org\/export\/[\d.]+\/$/, 'wp:'],
  [/^https?:\/\/wordpress\.org\/export\/[\d.]+\/excerpt\/$/, 'excerpt:'],
];

const nameOf = (uri: string, local: string): string =>
  (prefixes.find(([namespace]) => namespace.test(uri))?.[1] ?? '') + local;

const XHTML = 'http://www.w3.org/1999/xhtml';

/** A text as HTML that says the same. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function startTagOf({ local, attributes }: SaxesTagNS): string {
  const written = Object.values(attributes).map(
    ({ local: name, value }) => ` ${name}="${escaped(value).replaceAll('"', '&quot;')}"`,
  );
  return `<${local}${written.join('')}>`;
}

/** Characters of one element; a file with more in it is not what it claims to be. */
const LARGEST = 8 * 1024 * 1024;

/**
 * The elements of these names one after another, each as a small tree, out of a file of any size. XHTML in them is text
 * of theirs, as HTML.
 * @throws Error with the line where the file is not well-formed XML.
 */
export async function* elementsOf(
  file: AsyncIterable<Buffer>,
  names: readonly string[],
): AsyncGenerator<Element, void, undefined> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const open: Element[] = [];
  let done: Element[] = [];
  let size = 0;
  let markup = 0;
  parser.on('error', (error) => {
    throw new Error(`The file is not well-formed XML: ${error.message}`);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (!element) return;
    size += text.length;
    if (size > LARGEST) throw new Error(`The element that begins on line ${open[0]!.line} is too large.`);
    element.text += text;
  };
  parser.on('opentag', (tag) => {
    const { uri, local, attributes } = tag;
    if (uri === XHTML) {
      markup++;
      addText(startTagOf(tag));
      return;
    }
    const name = nameOf(uri, local);
    const parent = open.at(-1);
    if (!parent && !names.includes(name)) return;
    const element: Element = {
      name,
      attributes: Object.fromEntries(Object.values(attributes).map((one) => [one.local, one.value])),
      children: [],
      text: '',
      line: parser.line,
    };
    parent?.children.push(element);
    open.push(element);
  });
  const addWords = (text: string): void => addText(markup > 0 ? escaped(text) : text);
  parser.on('text', addWords);
  parser.on('cdata', addWords);
  parser.on('closetag', ({ uri, local }) => {
    if (uri === XHTML) {
      markup--;
      // HTML takes the end of a line break for another one.
      if (local !== 'br') addText(`</${local}>`);
      return;
    }
    const element = open.pop();
    if (element && open.length === 0) {
      done.push(element);
      size = 0;
    }
  });
  for await (const chunk of file) {
    parser.write(decoder.decode(chunk, { stream: true }));
    const found = done;
    done = [];
    yield* found;
  }
  parser.write(decoder.decode()).close();
  yield* done;
}

export const childOf = ({ children }: Element, name: string): Element | undefined =>
  children.find((child) => child.name === name);

/** The text of the first child of one of these names that has one. */
export function textOf(element: Element, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = childOf(element, name)?.text.trim();
    if (text) return text;
  }
  return undefined;
}
