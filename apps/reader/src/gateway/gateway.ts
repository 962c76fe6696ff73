import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { CONFIG, currentTrace, LOGGER, type Logger } from '#platform';
import type { ReaderAppConfig } from '../config.js';
import { Comments, Hits, List, Page, Poll, Problem, Sections, type Term } from './answers.js';

/** Milliseconds for the whole answer: longer than the gateway waits for the services behind it. */
const within = { read: 6_000, change: 26_000 };

/** The gateway refused the request or, with status 503, gave no usable answer in time. */
export class GatewayRefused extends Error {
  override readonly name = 'GatewayRefused';
  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** The cookie that identifies the reader; the gateway can issue it even with a refusal. */
    readonly cookies: readonly string[] = [],
  ) {
    super(`${status} ${problem.code}`);
  }
}

/** The `Set-Cookie` values to forward to the browser. */
export type Cookies = readonly string[];

interface Answer {
  readonly body: unknown;
  readonly cookies: Cookies;
}

/** A client of the gateway's public API, without special rights. Every call may throw {@link GatewayRefused}. */
@Injectable()
export class Gateway {
  constructor(
    @Inject(CONFIG) private readonly config: ReaderAppConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  sections(): Promise<Term[]> {
    return this.get('/v1/sections', Sections);
  }

  newest(cursor?: string): Promise<List> {
    return this.get(`/v1/articles${query({ cursor })}`, List);
  }

  section(slug: string, cursor?: string): Promise<List> {
    return this.get(`/v1/sections/${encodeURIComponent(slug)}${query({ cursor })}`, List);
  }

  search(q: string, order?: string, cursor?: string): Promise<Hits> {
    return this.get(`/v1/search${query({ q, order, cursor })}`, Hits);
  }

  page(slug: string): Promise<Page> {
    return this.get(`/v1/articles/${encodeURIComponent(slug)}/page`, Page);
  }

  comments(articleId: string, cursor?: string): Promise<Comments> {
    return this.get(`/v1/articles/${encodeURIComponent(articleId)}/comments${query({ cursor })}`, Comments);
  }

  poll(pollId: string): Promise<Poll> {
    return this.get(`/v1/polls/${encodeURIComponent(pollId)}`, Poll);
  }

  comment(articleId: string, body: { text: string; parentId?: string }, reader?: string): Promise<Cookies> {
    return this.send('POST', `/v1/articles/${encodeURIComponent(articleId)}/comments`, body, reader);
  }

  vote(pollId: string, optionId: string, reader?: string): Promise<Cookies> {
    return this.send('PUT', `/v1/polls/${encodeURIComponent(pollId)}/ballot`, { optionId }, reader);
  }

  private async get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    const { body } = await this.call(path);
    const read = schema.safeParse(body);
    if (read.success) return read.data;
    this.log.error({ path, err: read.error }, 'could not parse the answer from the gateway');
    throw new GatewayRefused(503, { code: 'gateway.unreadable' });
  }

  private async send(
    method: string,
    path: string,
    body: object,
    reader: string | undefined,
  ): Promise<Cookies> {
    const headers = { 'content-type': 'application/json', ...(reader && { cookie: `reader=${reader}` }) };
    return (await this.call(path, { method, headers, body: JSON.stringify(body) })).cookies;
  }

  private async call(path: string, init: RequestInit = {}): Promise<Answer> {
    const traceparent = currentTrace()?.traceparent;
    const headers = { ...init.headers, ...(traceparent && { traceparent }) };
    const isChange = init.method !== undefined;
    const signal = AbortSignal.timeout(isChange ? within.change : within.read);
    const exchange = async () => {
      const answer = await fetch(this.config.gatewayUrl + path, { ...init, headers, signal });
      return { response: answer, text: await answer.text() };
    };
    // The gateway may close a pooled connection just as it is reused. Only reads are retried.
    const { response, text } = await exchange()
      .catch((error: unknown) => {
        if (isChange || signal.aborted) throw error;
        return exchange();
      })
      .catch((error: unknown) => {
        this.log.warn({ path: path.split('?')[0], err: error }, 'the gateway did not answer');
        const isUnknown = isChange && !wasRefused(error);
        throw new GatewayRefused(503, { code: isUnknown ? 'outcome.unknown' : 'gateway.unavailable' });
      });
    const cookies = response.headers.getSetCookie().filter((cookie) => cookie.startsWith('reader='));
    const body = jsonOf(text);
    if (response.ok) return { body, cookies };
    const status = response.status >= 500 ? 503 : response.status;
    throw new GatewayRefused(status, Problem.catch({ code: 'unknown' }).parse(body), cookies);
  }
}

/** Whether no connection could be made, so that nothing was sent. */
const wasRefused = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(
    ((error as Error).cause as { code?: string } | undefined)?.code ?? '',
  );

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const query = (values: Record<string, string | undefined>): string => {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
};
