import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG } from '#platform';
import { readableWithoutSubscription } from '../article/paywall.rules.js';
import type { ArticlesConfig } from '../config.js';
import { ALL_ARTICLES } from '../lists/listing.js';
import type { TermKind } from '../taxonomy/term.entity.js';
import { filterTerms } from '../taxonomy/term.queries.js';
import { lastRetraction, newestIn, recentNews } from './feeds.queries.js';
import { newsSitemap } from './news-sitemap.js';
import type { Feed, Site } from './site.js';

/** Articles per feed. */
const ITEMS = 30;

/** The term of a feed; a feed without one covers the whole site. */
export interface FeedOf {
  readonly kind: TermKind;
  readonly slug: string;
}

@Injectable()
export class FeedsService {
  readonly site: Site;

  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) { siteName, siteUrl, apiUrl, siteLanguage }: ArticlesConfig,
  ) {
    const [url, api] = [siteUrl, apiUrl].map((address) => address.replace(/\/$/, '')) as [string, string];
    this.site = { name: siteName, url, apiUrl: api, language: siteLanguage };
  }

  /** @throws Refused `term.not-found`, `term.moved`. */
  async feed(of: FeedOf | undefined, path: string): Promise<Feed> {
    const db = this.db.manager;
    const [term] = of ? await filterTerms(db, { [of.kind]: of.slug }) : [];
    const listId = term?.id ?? ALL_ARTICLES;
    const articles = (await newestIn(db, listId, ITEMS)).map(readableWithoutSubscription);
    const { name, url } = this.site;
    return {
      listId,
      title: term ? `${name}: ${term.name}` : name,
      description: term ? `Das Neueste zu «${term.name}»` : `Das Neueste auf ${name}`,
      path,
      homeUrl: of?.kind === 'section' ? `${url}/${of.slug}` : `${url}/`,
      updatedAt: latestOf(await lastRetraction(db), articles),
      articles,
    };
  }

  async sitemap(): Promise<string> {
    return newsSitemap(this.site, await recentNews(this.db.manager));
  }
}

/** Includes retractions, which change a list although it no longer has the article. */
const latestOf = (retraction: Date | null, articles: readonly { readonly updatedAt: string }[]): Date =>
  new Date(Math.max(retraction?.getTime() ?? 0, ...articles.map(({ updatedAt }) => Date.parse(updatedAt))));
