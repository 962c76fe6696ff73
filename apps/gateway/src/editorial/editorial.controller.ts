import { All, Controller, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForRoles, Refused } from '#http';
import { staffRoles } from '#platform';
import { forward } from '../upstream/forward.js';
import type { ServiceName } from '../upstream/problems.js';
import { Upstream } from '../upstream/upstream.js';

/** Who keeps what the newsroom edits. */
const keepers: Readonly<Record<string, ServiceName>> = {
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

/** The newsroom's own API: a valid token gets through here, what it may do is the service's decision. */
@Controller('v1/editorial')
@ForRoles(...staffRoles)
export class EditorialController {
  constructor(private readonly upstream: Upstream) {}

  @All([':kind', ':kind/*'])
  async handOn(
    @Param('kind') kind: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const service = Object.hasOwn(keepers, kind) ? keepers[kind] : undefined;
    // Parsed and written anew, so that dot segments cannot lead to another address than the one that was checked.
    const { pathname, search } = new URL(request.url, 'http://gateway');
    if (!service || !pathname.startsWith(`/v1/editorial/${kind}`)) {
      throw new Refused('route.unknown', 404, 'There is nothing at this address.');
    }
    const path = pathname.slice('/v1'.length) + search;
    await forward(this.upstream, { lane: 'editorial', service, path }, request, reply);
  }
}
