import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { CONFIG } from '#platform';
import type { ArticleSummary } from '../article/article-summary.js';
import type { ArticlesConfig } from '../config.js';
import { ALL_ARTICLES } from '../lists/listing.js';
import { filterTerms } from '../taxonomy/term.queries.js';
import { readableWithoutSubscription } from '../article/paywall.rules.js';
import type { TermKind } from '../taxonomy/term.entity.js';
import { newsSitemap, newsSitemapLimits } from './news-sitemap.js';
import type { Feed, Site } from './site.js';

/** Articles of a feed. */
const ITEMS = 30;

/** What a feed is of; without it, of the whole site. */
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
    const [term] = of ? await filterTerms(this.db, { [of.kind]: of.slug }) : [];
    const rows: { snapshot: ArticleSnapshot }[] = await this.db.query(
      `SELECT snapshot FROM listing JOIN article ON article.id = article_id
       WHERE list_id = $1 ORDER BY listing.published_at DESC, article_id DESC LIMIT ${ITEMS}`,
      [term?.id ?? ALL_ARTICLES],
    );
    const articles = rows.map(({ snapshot }) => readableWithoutSubscription(snapshot));
    const { name, url } = this.site;
    return {
      listId: term?.id ?? ALL_ARTICLES,
      title: term ? `${name}: ${term.name}` : name,
      description: term ? `Das Neueste zu «${term.name}»` : `Das Neueste auf ${name}`,
      path,
      homeUrl: of?.kind === 'section' ? `${url}/${of.slug}` : `${url}/`,
      updatedAt: await this.lastChange(articles),
      articles,
    };
  }

  async sitemap(): Promise<string> {
    const rows: { summary: ArticleSummary }[] = await this.db.query(
      `SELECT summary FROM listing JOIN article ON article.id = article_id
       WHERE list_id = $1 AND listing.published_at > now() - make_interval(hours => ${newsSitemapLimits.hours})
         AND summary->>'label' = 'none'
       ORDER BY listing.published_at DESC, article_id DESC LIMIT ${newsSitemapLimits.items}`,
      [ALL_ARTICLES],
    );
    return newsSitemap(
      this.site,
      rows.map(({ summary }) => summary),
    );
  }

  /** Of what is listed and, since that changes lists without being in them, of the last retraction anywhere. */
  private async lastChange(articles: readonly { readonly updatedAt: string }[]): Promise<Date> {
    const [{ at }]: [{ at: Date | null }] = await this.db.query(
      `SELECT max(retracted_at) AS at FROM article`,
    );
    return new Date(Math.max(at?.getTime() ?? 0, ...articles.map(({ updatedAt }) => Date.parse(updatedAt))));
  }
}
