import type { ArticleSnapshot } from '#events';
import type { ReadableArticle } from '../article/paywall.rules.js';

/** How the world knows this newsroom. */
export interface Site {
  readonly name: string;
  /** Where readers read, without a slash at the end. */
  readonly url: string;
  /** Where the gateway answers, without a slash at the end. */
  readonly apiUrl: string;
  /** BCP 47, for example de-CH. */
  readonly language: string;
}

/** Articles of the whole site, or of one of its terms, newest first. */
export interface Feed {
  /** Of the list that it shows. */
  readonly listId: string;
  readonly title: string;
  readonly description: string;
  /** Below `apiUrl`. */
  readonly path: string;
  /** The page that shows the same to readers. */
  readonly homeUrl: string;
  readonly updatedAt: Date;
  readonly articles: readonly ReadableArticle[];
}

export const articleUrl = (site: Site, { slug }: { readonly slug: string }): string =>
  `${site.url}/a/${slug}`;
export const urnOf = ({ id }: { readonly id: string }): string => `urn:uuid:${id}`;

/** What somebody paid for says so wherever its headline goes. */
export const titleOf = ({ label, headline }: Pick<ArticleSnapshot, 'label' | 'headline'>): string =>
  ({ none: '', paid: 'Anzeige: ', partner: 'Partner-Inhalt: ' })[label] + headline;

/** The name of a picture's format, as far as its address tells. */
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
