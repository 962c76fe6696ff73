import { SaxesParser } from 'saxes';

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

/** Characters of one element; a file with more in it is not what it claims to be. */
const LARGEST = 8 * 1024 * 1024;

/**
 * The elements of these names one after another, each as a small tree, out of a file of any size.
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
  parser.on('error', (error) => {
    throw new Error(`The file is not well-formed XML: ${error.message}`);
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
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
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (!element) return;
    size += text.length;
    if (size > LARGEST) throw new Error(`The element that begins on line ${open[0]!.line} is too large.`);
    element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
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
