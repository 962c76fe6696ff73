import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { CONFIG, currentTrace } from '#platform';
import type { ReaderAppConfig } from '../config.js';
import { List, Page, Problem, Sections, type Term } from './answers.js';

/** Milliseconds. */
const WITHIN = 3_000;

/** The gateway said no, or (status 503) said nothing in time. */
export class GatewayRefused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${status} ${problem.code}`);
  }
}

export interface Sent {
  /** What the gateway gives the reader to be recognised by, to be handed on to the browser. */
  readonly setCookie: string | null;
}

/** The gateway's public API, as any other client uses it. */
@Injectable()
export class Gateway {
  constructor(@Inject(CONFIG) private readonly config: ReaderAppConfig) {}

  sections(): Promise<Term[]> {
    return this.get('/v1/sections', Sections);
  }

  newest(cursor?: string): Promise<List> {
    return this.get(`/v1/articles${query({ cursor })}`, List);
  }

  section(slug: string, cursor?: string): Promise<List> {
    return this.get(`/v1/sections/${encodeURIComponent(slug)}${query({ cursor })}`, List);
  }

  page(slug: string): Promise<Page> {
    return this.get(`/v1/articles/${encodeURIComponent(slug)}/page`, Page);
  }

  comment(articleId: string, body: { text: string; parentId?: string }, cookie?: string): Promise<Sent> {
    return this.send('POST', `/v1/articles/${encodeURIComponent(articleId)}/comments`, body, cookie);
  }

  vote(pollId: string, optionId: string, cookie?: string): Promise<Sent> {
    return this.send('PUT', `/v1/polls/${encodeURIComponent(pollId)}/ballot`, { optionId }, cookie);
  }

  private async get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    const response = await this.call(path, {});
    return schema.parse(await response.json());
  }

  private async send(method: string, path: string, body: object, cookie: string | undefined): Promise<Sent> {
    const headers = { 'content-type': 'application/json', ...(cookie && { cookie: `reader=${cookie}` }) };
    const response = await this.call(path, { method, headers, body: JSON.stringify(body) });
    return { setCookie: response.headers.get('set-cookie') };
  }

  private async call(path: string, init: RequestInit): Promise<Response> {
    const traceparent = currentTrace()?.traceparent;
    const headers = { ...init.headers, ...(traceparent && { traceparent }) };
    const signal = AbortSignal.timeout(WITHIN);
    const response = await fetch(this.config.gatewayUrl + path, { ...init, headers, signal }).catch(() => undefined);
    if (!response) throw new GatewayRefused(503, { code: 'gateway.unavailable', title: '' });
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => ({}));
    throw new GatewayRefused(response.status, Problem.catch({ code: 'unknown', title: '' }).parse(answer));
  }
}

const query = (values: Record<string, string | undefined>): string => {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
};
