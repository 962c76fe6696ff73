import { z } from 'zod';
import { Id, Link, WebUrl } from './values.js';

/** The providers that may be embedded, and their hosts; nothing else is embedded in an article. */
export const embedHosts = {
  youtube: ['youtube.com', 'www.youtube.com', 'youtu.be'],
  vimeo: ['vimeo.com', 'player.vimeo.com'],
  instagram: ['instagram.com', 'www.instagram.com'],
  tiktok: ['tiktok.com', 'www.tiktok.com'],
  x: ['x.com', 'twitter.com'],
  facebook: ['facebook.com', 'www.facebook.com'],
  spotify: ['open.spotify.com'],
  datawrapper: ['datawrapper.dwcdn.net'],
} as const;
export type EmbedProvider = keyof typeof embedHosts;
const providers = Object.keys(embedHosts) as [EmbedProvider, ...EmbedProvider[]];

/** Consumers ignore unknown fields (`z.object`); requests must not have any (`z.strictObject`). */
export type ObjectOf = typeof z.object;

export const pictureShape = {
  url: WebUrl,
  width: z.int().min(1).max(20_000).describe('pixels'),
  height: z.int().min(1).max(20_000).describe('pixels'),
  alt: z.string().min(1).max(500),
  caption: z.string().max(500).optional(),
  credit: z.string().min(1).max(200),
};
export const Picture = z.object(pictureShape);
export type Picture = z.infer<typeof Picture>;

const runsOf = (object: ObjectOf) =>
  z
    .array(
      object({
        text: z.string().min(1).max(5_000),
        strong: z.boolean().optional(),
        emphasis: z.boolean().optional(),
        link: Link.optional(),
      }),
    )
    .min(1)
    .max(200);
export type TextRun = z.infer<ReturnType<typeof runsOf>>[number];

/** The kinds of block a body is made of. `picture` differs between public articles and drafts. */
export function blocksOf<P extends z.ZodType>(object: ObjectOf, picture: P) {
  const runs = runsOf(object);
  const title = z.string().min(1).max(200);
  const paragraph = object({ type: z.literal('paragraph'), runs });
  const list = object({ type: z.literal('list'), ordered: z.boolean(), items: z.array(runs).min(1).max(50) });
  return z.discriminatedUnion('type', [
    paragraph,
    object({ type: z.literal('crosshead'), text: title }),
    object({ type: z.literal('picture'), picture }),
    object({
      type: z.literal('gallery'),
      title: title.optional(),
      pictures: z.array(picture).min(2).max(50),
    }),
    object({
      type: z.literal('quote'),
      text: z.string().min(1).max(1_000),
      attribution: z.string().min(1).max(200),
    }),
    list,
    object({
      type: z.literal('fact-box'),
      title,
      blocks: z
        .array(z.discriminatedUnion('type', [paragraph, list]))
        .min(1)
        .max(20),
    }),
    object({ type: z.literal('poll'), pollId: Id }),
    object({ type: z.literal('related-link'), title, url: WebUrl }),
    object({
      type: z.literal('embed'),
      provider: z.enum(providers),
      url: z.url({ protocol: /^https$/ }).max(2_000),
      title: title.describe('what it shows, for readers who cannot see it'),
    }).refine(({ provider, url }) => isHostOf(provider, url), {
      path: ['url'],
      error: 'is not an address of this provider',
    }),
  ]);
}

const isHostOf = (provider: EmbedProvider, url: string): boolean => {
  const hosts: readonly string[] = embedHosts[provider] ?? [];
  return URL.canParse(url) && hosts.includes(new URL(url).host);
};

export const Block = blocksOf(z.object, Picture);
export type Block = z.infer<typeof Block>;

const joined = (runs: readonly TextRun[]): string => runs.map(({ text }) => text).join('');

/** The texts of a block that readers see, in order; for search and comparison. */
export function textsOf(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
      return [joined(block.runs)];
    case 'list':
      return block.items.map(joined);
    case 'crosshead':
      return [block.text];
    case 'quote':
      return [block.text, block.attribution];
    case 'picture':
      return block.picture.caption ? [block.picture.caption] : [];
    case 'gallery':
      return [block.title, ...block.pictures.map(({ caption }) => caption)].filter(
        (text) => text !== undefined,
      );
    case 'fact-box':
      return [block.title, ...block.blocks.flatMap(textsOf)];
    case 'related-link':
    case 'embed':
      return [block.title];
    case 'poll':
      return [];
  }
}
