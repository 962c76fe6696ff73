import { All, Controller, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForRoles } from '#http';
import { staffRoles } from '#platform';
import { forward } from '../upstream/forward.js';
import { refuse } from '../problems.js';
import type { ServiceName } from '../upstream/service-name.js';
import { Upstream } from '../upstream/upstream.js';

/** The service behind each part of the editorial API. */
const serviceOf: Readonly<Record<string, ServiceName>> = {
  articles: 'articles',
  authors: 'articles',
  sections: 'articles',
  topics: 'articles',
  places: 'articles',
  imports: 'articles',
  comments: 'comments',
  polls: 'polls',
  slots: 'recommendations',
};

/** The editorial API. The gateway only requires a valid staff token; the service checks the roles. */
@Controller('v1/editorial')
@ForRoles(...staffRoles)
export class EditorialController {
  constructor(private readonly upstream: Upstream) {}

  @All([':kind', ':kind/*'])
  async forward(
    @Param('kind') kind: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const service = Object.hasOwn(serviceOf, kind) ? serviceOf[kind] : undefined;
    // URL resolves dot segments, so that the path that is checked is the path that is called.
    const { pathname, search } = new URL(request.url, 'http://gateway');
    if (!service || !pathname.startsWith(`/v1/editorial/${kind}`)) {
      throw refuse('route.unknown');
    }
    const path = pathname.slice('/v1'.length) + search;
    await forward(this.upstream, { lane: 'editorial', service, path }, request, reply);
  }
}
