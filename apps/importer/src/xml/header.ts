/** What the start of an RSS, Atom or RDF file declares. */
export interface Header {
  /** The name of the root element, as the file writes it. */
  readonly root: string;
  /** The name of its records, as the file writes it. */
  readonly record: string;
  /** Namespaces by prefix. */
  readonly namespaces: ReadonlyMap<string, string>;
}

export const unknownHeader: Header = { root: 'rss', record: 'item', namespaces: new Map() };

/** @returns undefined until the start contains the whole root tag. */
export function headerIn(start: string): Header | undefined {
  const found = /<((?:([\w-]+):)?(rss|feed|RDF))(\s[^<>]*)?>/.exec(start);
  if (!found) return undefined;
  const [, root = '', prefix, local, attributes = ''] = found;
  const declared = attributes.matchAll(/\bxmlns:([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return {
    root,
    record: local === 'feed' ? `${prefix ? `${prefix}:` : ''}entry` : 'item',
    namespaces: new Map([...declared].map(([, name = '', double, single]) => [name, double ?? single ?? ''])),
  };
}

const usualPrefixes: readonly (readonly [RegExp, string])[] = [
  [/^http:\/\/purl\.org\/rss\/1\.0\/modules\/content\/$/, 'content:'],
  [/^http:\/\/purl\.org\/dc\/elements\/1\.1\/$/, 'dc:'],
  [/^https?:\/\/search\.yahoo\.com\/mrss\/?$/, 'media:'],
  [/^https?:\/\/wordpress\.org\/export\/[\d.]+\/$/, 'wp:'],
  [/^https?:\/\/wordpress\.org\/export\/[\d.]+\/excerpt\/$/, 'excerpt:'],
  [/^http:\/\/schemas\.google\.com\/blogger\/2018$/, 'blogger:'],
  [/^http:\/\/purl\.org\/syndication\/thread\/1\.0$/, 'thr:'],
];

/** A local name with the usual prefix of its namespace. */
export const nameOf = (uri: string, local: string): string =>
  (usualPrefixes.find(([namespace]) => namespace.test(uri))?.[1] ?? '') + local;

const wellKnown: ReadonlyMap<string, string> = new Map([
  ['content', 'http://purl.org/rss/1.0/modules/content/'],
  ['dc', 'http://purl.org/dc/elements/1.1/'],
  ['media', 'http://search.yahoo.com/mrss/'],
  ['wp', 'http://wordpress.org/export/1.2/'],
  ['excerpt', 'http://wordpress.org/export/1.2/excerpt/'],
]);

/** An undeclared prefix has its usual namespace, or else one of its own. */
export const namespaceOf = (prefix: string, { namespaces }: Header): string | undefined =>
  prefix ? (namespaces.get(prefix) ?? wellKnown.get(prefix) ?? `urn:undeclared:${prefix}`) : undefined;
