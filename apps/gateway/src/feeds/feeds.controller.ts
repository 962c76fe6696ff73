import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForAnyone, Refused } from '#platform';
import { cacheable, sendCacheable, type Cacheable } from '../http/cacheable.js';
import { leadingOn } from '../http/moved.js';
import { MicroCache } from '../page/micro-cache.js';
import { Upstream } from '../upstream/upstream.js';

/** Addresses of feeds: `/feeds/rss.xml`, `/feeds/topics/startup/atom.xml`, `/feeds/authors/…/feed.json`. */
const FEED =
  /^\/feeds\/(?:(?<kind>sections|topics|places|authors)\/(?<slug>[a-z0-9-]{1,120})\/)?(?<file>rss\.xml|atom\.xml|feed\.json)$/;

/** What machines read regularly: feeds of the site and of each section, topic, place and author, and the news sitemap. */
@Controller()
@ForAnyone()
export class FeedsController {
  private readonly answers = new MicroCache<Cacheable>({ ttl: 1_000, max: 500 });

  constructor(private readonly upstream: Upstream) {}

  @Get('feeds/*')
  feed(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { pathname } = new URL(request.url, 'http://gateway');
    const { kind, file } = FEED.exec(pathname)?.groups ?? {};
    if (!file) throw new Refused('route.unknown', 404, 'There is nothing at this address.');
    return leadingOn(
      reply,
      ({ slug }) => `/feeds/${kind}/${slug}/${file}`,
      () => this.send(pathname, request, reply),
    );
  }

  @Get('sitemap-news.xml')
  sitemap(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send('/sitemap-news.xml', request, reply);
  }

  private async send(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const load = async (): Promise<Cacheable> => {
      const { text, headers } = await this.upstream.ok('articles', path);
      const { 'content-type': type, 'last-modified': lastModified } = headers as Record<
        string,
        string | undefined
      >;
      return cacheable(text, ['feeds'], { type, lastModified });
    };
    sendCacheable(request, reply, await this.answers.get(path, load));
  }
}
