import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReaderTokens } from '#http';
import { CONFIG } from '#platform';
import type { GatewayConfig } from '../config.js';

const YEAR = 365 * 24 * 60 * 60;

/** Identifies anonymous readers by a signed cookie that scripts cannot read and cross-site changes do not carry. */
@Injectable()
export class ReaderCookie {
  constructor(
    private readonly tokens: ReaderTokens,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** The token of the reader who sent the request. Without a valid one, the answer sets a new one. */
  of(request: FastifyRequest, reply: FastifyReply): string {
    const known = this.read(request);
    if (known) return known;
    const token = this.tokens.issue();
    const secure = this.config.secureCookies ? '; Secure' : '';
    reply.header('set-cookie', `reader=${token}; Path=/; Max-Age=${YEAR}; HttpOnly; SameSite=Lax${secure}`);
    return token;
  }

  private read({ headers }: FastifyRequest): string | undefined {
    const token = /(?:^|;\s*)reader=([\w.-]{1,200})(?:;|$)/.exec(headers.cookie ?? '')?.[1];
    return token && this.tokens.verify(token) ? token : undefined;
  }
}
