import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal, ForAnyone } from '#http';
import { Caches } from '../caching/caches.js';
import { MicroCache, STALE_FOR } from '../caching/micro-cache.js';
import { cacheable, sendCacheable, type Cacheable } from '../http/cacheable.js';
import { answerPublicly } from '../http/answer-publicly.js';
import { refuse } from '../problems.js';
import { Retractions } from '../retractions/retractions.js';
import { Bulkhead } from '../upstream/bulkhead.js';
import { Upstream } from '../upstream/upstream.js';

/** Addresses of feeds: `/feeds/rss.xml`, `/feeds/topics/startup/atom.xml`, `/feeds/authors/…/feed.json`. */
const FEED =
  /^\/feeds\/(?:(?<kind>sections|topics|places|authors)\/(?<slug>[a-z0-9-]{1,120})\/)?(?<file>rss\.xml|atom\.xml|feed\.json)$/;

/** Feeds of the site and of each section, topic, place and author, and the news sitemap. */
@Controller()
@ForAnyone()
export class FeedsController {
  private readonly answers: MicroCache<Cacheable>;

  constructor(
    caches: Caches,
    private readonly upstream: Upstream,
    retractions: Retractions,
  ) {
    this.answers = new MicroCache({
      answers: caches.create('feeds', STALE_FOR),
      refusals: caches.refusals,
      // A feed can exceed a megabyte, so only a few are loaded at the same time.
      flights: new Bulkhead({ concurrent: 4, waiting: 64, waitFor: 2_000 }),
      retractions,
    });
  }

  @Get('feeds/*')
  feed(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { pathname } = new URL(request.url, 'http://gateway');
    const { kind, file } = FEED.exec(pathname)?.groups ?? {};
    if (!file) throw refuse('route.unknown');
    return answerPublicly(
      reply,
      () => this.send(pathname, request, reply),
      ({ slug }) => `/feeds/${kind}/${slug}/${file}`,
    );
  }

  @Get('sitemap-news.xml')
  sitemap(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return answerPublicly(reply, () => this.send('/sitemap-news.xml', request, reply));
  }

  private async send(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const load = async (signal: AbortSignal): Promise<Cacheable> => {
      const { bytes, headers } = await this.upstream.ok('articles', path, { signal });
      const { 'content-type': type, 'last-modified': lastModified } = headers as Record<
        string,
        string | undefined
      >;
      return cacheable(bytes, ['feeds'], { type, lastModified });
    };
    sendCacheable(request, reply, await this.answers.get(path, () => clientSignal(reply), load));
  }
}
