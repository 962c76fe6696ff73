import { embedHosts, type EmbedProvider } from '#events';
import { linkOf, webUrlOf } from './addresses.js';
import { apiLimits } from './limits.js';
import type { ImportedBlock, ImportedPicture } from './record.js';
import { cut } from './text-runs.js';

export interface MediaOptions {
  /** Size and texts of a picture by its URL, used where the markup has none. */
  readonly pictureAt?: (url: string) => Partial<ImportedPicture> | undefined;
  /** The URL of the page, for relative addresses. */
  readonly base?: string;
  /** Receives what was left out or changed. */
  readonly note?: (what: string) => void;
}

type Attributes = Readonly<Record<string, string>>;
type PictureBlock = Extract<ImportedBlock, { type: 'picture' | 'paragraph' }>;

const mediaElements: ReadonlySet<string> = new Set(['iframe', 'embed', 'object', 'video', 'audio', 'source']);

export const isMedia = (name: string): boolean => mediaElements.has(name);

/** The block for an `<img>`: a picture, or a link if its size is unknown. @returns undefined without a usable address. */
export function blockOfImage(attributes: Attributes, options: MediaOptions): PictureBlock | undefined {
  const url = imageUrlOf(attributes, options);
  if (!url) return undefined;
  const known = options.pictureAt?.(url);
  const [, ...named] = /-(\d{1,5})x(\d{1,5})\.\w{1,5}$/.exec(url) ?? [];
  const width = pixels(attributes['width']) ?? known?.width ?? pixels(named[0]);
  const height = pixels(attributes['height']) ?? known?.height ?? pixels(named[1]);
  const [alt, beyond] = cut(attributes['alt']?.trim() || known?.alt || '', apiLimits.alt);
  if (beyond) options.note?.(`alt text longer than ${apiLimits.alt} characters, cut`);
  if (width && height) {
    return { type: 'picture', picture: { ...known, url, width, height, ...(alt && { alt }) } };
  }
  // Without a size the page would jump when the picture loads.
  options.note?.('picture of unknown size, replaced by a link');
  return { type: 'paragraph', runs: [{ text: alt || url, link: url }] };
}

/** The block for an `<iframe>`, a `<video>` and the like. @returns undefined without a usable address. */
export function blockOfMedia(
  name: string,
  attributes: Attributes,
  { base, note }: MediaOptions,
): ImportedBlock | undefined {
  const address = attributes['src'] ?? attributes['data'] ?? attributes['data-src'];
  const url = webUrlOf(address, base);
  if (!url && address) note?.(`${name} ${whyUnusable(address)}, left out`);
  return url ? blockOfEmbed(url, attributes['title']?.trim() || url) : undefined;
}

/** An embed of a known provider, or else a link. */
export function blockOfEmbed(url: string, title: string): ImportedBlock {
  const provider = providerOf(url);
  if (!provider) return { type: 'paragraph', runs: [{ text: title.slice(0, apiLimits.run), link: url }] };
  const [shown] = cut(title === url ? provider : title, apiLimits.title);
  return { type: 'embed', provider, url, title: shown || provider };
}

/** The target of an `<a>`. @returns undefined if articles cannot have such a link; its text stays. */
export function linkTargetOf(href: string | undefined, { base, note }: MediaOptions): string | undefined {
  const link = linkOf(href, base);
  if (!link && href) note?.(`link ${whyUnusable(href)}, left out; its text stays`);
  return link;
}

/** Pages that load pictures lazily have a placeholder in `src` and the address elsewhere. */
function imageUrlOf(attributes: Attributes, { base, note }: MediaOptions): string | undefined {
  const { src, srcset } = attributes;
  const lazy = ['data-src', 'data-lazy-src', 'data-original', 'data-orig-file'].map(
    (name) => attributes[name],
  );
  const candidates = [src, ...lazy, srcset?.trim().split(/[\s,]/, 1)[0]].filter(Boolean);
  const url = candidates.map((one) => webUrlOf(one, base)).find((one) => one !== undefined);
  if (!url) note?.(`picture ${whyUnusable(src ?? candidates[0])}, left out`);
  return url;
}

function whyUnusable(address: string | undefined): string {
  const { protocol } = URL.canParse(address ?? '') ? new URL(address!) : {};
  if (protocol && !/^(https?|mailto):$/.test(protocol)) return `with a ${protocol} address`;
  if (address?.startsWith('#')) return 'to an anchor within the page';
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
