import { Inject, Injectable, Optional } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#platform';
import { refuse } from '../../problems/refusals.js';
import { declareAudience, type Audience } from '../audience.js';
import { ReaderTokens } from '../reader-tokens.js';

@Injectable()
export class Readers implements Audience<undefined> {
  constructor(@Optional() @Inject(ReaderTokens) private readonly tokens: ReaderTokens | undefined) {}

  recognize({ headers }: FastifyRequest): Caller {
    const token = headers['x-reader'];
    const readerId = typeof token === 'string' ? this.tokens?.verify(token) : undefined;
    if (!readerId) throw refuse('reader.unknown');
    return { readerId };
  }
}

/** The route is for readers without an account, known by the token that the gateway issued. */
export const ForReaders = () => declareAudience(Readers, undefined);
