import type { ArticleSnapshot } from '#events';
import type { ReadableArticle } from '../article/paywall.rules.js';

/** The public names and addresses of this newsroom. */
export interface Site {
  readonly name: string;
  /** The reader's pages, without a trailing slash. */
  readonly url: string;
  /** The gateway, without a trailing slash. */
  readonly apiUrl: string;
  /** BCP 47, for example de-CH. */
  readonly language: string;
}

/** Articles of the whole site, or of one of its terms, newest first. */
export interface Feed {
  /** The list that it shows. */
  readonly listId: string;
  readonly title: string;
  readonly description: string;
  /** Below `apiUrl`. */
  readonly path: string;
  /** The reader's page with the same articles. */
  readonly homeUrl: string;
  readonly updatedAt: Date;
  readonly articles: readonly ReadableArticle[];
}

export const articleUrl = (site: Site, { slug }: { readonly slug: string }): string =>
  `${site.url}/a/${slug}`;
export const urnOf = ({ id }: { readonly id: string }): string => `urn:uuid:${id}`;

/** Paid and partner content is labelled wherever its headline appears. */
export const titleOf = ({ label, headline }: Pick<ArticleSnapshot, 'label' | 'headline'>): string =>
  ({ none: '', paid: 'Anzeige: ', partner: 'Partner-Inhalt: ' })[label] + headline;

/** The media type of a picture, if its address has a known extension. */
export function pictureType(url: string): string | undefined {
  const extension = /\.(\w+)$/.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '';
  return pictureTypes[extension];
}

const pictureTypes: Record<string, string | undefined> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};
