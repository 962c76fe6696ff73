import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Slug } from '#events';
import { etagOf, ForAnyone } from '#http';
import type { ReadableArticle } from '../article/paywall.rules.js';
import { publicArticle } from '../reading/public-article.queries.js';
import { pluralOf, type TermKind } from '../taxonomy/term.entity.js';
import { KindInPath } from '../taxonomy/terms.dto.js';
import { ALL_ARTICLES } from '../lists/listing.js';
import { atomFeed } from './atom.js';
import { changedAt, type FeedFile } from './feed-changes.js';
import { FeedsService, type FeedOf } from './feeds.service.js';
import { jsonFeed } from './json-feed.js';
import { ninjs } from './ninjs.js';
import { rssFeed } from './rss.js';
import type { Feed, Site } from './site.js';

const forms = {
  'rss.xml': { type: 'application/rss+xml; charset=utf-8', write: rssFeed },
  'atom.xml': { type: 'application/atom+xml; charset=utf-8', write: atomFeed },
  'feed.json': {
    type: 'application/feed+json; charset=utf-8',
    write: (site: Site, feed: Feed) => JSON.stringify(jsonFeed(site, feed)),
  },
} as const;
const File = z.enum(Object.keys(forms) as [keyof typeof forms]);
type File = z.infer<typeof File>;

/** For machines: feeds of the site and of every term, the news sitemap, ninjs. */
@Controller()
@ForAnyone()
export class FeedsController {
  constructor(
    private readonly feeds: FeedsService,
    private readonly db: DataSource,
  ) {}

  @Get('feeds/:file')
  site(@Param('file', { schema: File }) file: File, @Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, file, `/feeds/${file}`);
  }

  @Get('feeds/:kind/:slug/:file')
  term(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Param('file', { schema: File }) file: File,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.send(reply, file, `/feeds/${pluralOf[kind]}/${slug}/${file}`, { kind, slug });
  }

  @Get('sitemap-news.xml')
  async sitemap(@Res() reply: FastifyReply): Promise<void> {
    const file = { listId: ALL_ARTICLES, file: 'sitemap-news.xml' };
    await this.sendDated(reply, 'application/xml; charset=utf-8', file, await this.feeds.sitemap());
  }

  @Get('articles/:idOrSlug/ninjs')
  async ninjs(
    @Param('idOrSlug', { schema: Slug }) idOrSlug: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id, version, snapshot } = await publicArticle(this.db.manager, idOrSlug);
    reply.headers({ etag: etagOf(version), 'x-article-id': id });
    reply.send(ninjs(this.feeds.site, JSON.parse(snapshot) as ReadableArticle, version));
  }

  private async send(reply: FastifyReply, file: File, path: string, of?: FeedOf): Promise<void> {
    const feed = await this.feeds.feed(of, path);
    const { type, write } = forms[file];
    await this.sendDated(reply, type, { listId: feed.listId, file }, write(this.feeds.site, feed));
  }

  private async sendDated(reply: FastifyReply, type: string, file: FeedFile, text: string): Promise<void> {
    const date = await changedAt(this.db.manager, file, text);
    if (date) reply.header('last-modified', date.toUTCString());
    reply.type(type).send(text);
  }
}
