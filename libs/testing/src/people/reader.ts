import type { TestAnswer } from './call-api.js';
import { callByContract } from './call-by-contract.js';

interface Part<T> {
  readonly status: string;
  readonly data: T;
}

/** An article's page as the gateway returns it. */
export interface Page {
  readonly article: Part<{ id: string; slug: string; headline: string }>;
  readonly comments: Part<{
    open: boolean;
    count: number;
    items: { alias: string; text: string; replies: { text: string }[] }[];
  }>;
  readonly poll: Part<{
    id: string;
    votes: number;
    state: string;
    options: { id: string; votes: number }[];
  } | null>;
  readonly rails: Part<{
    rails: { kind: string; cards: { id: string; headline: string; interactions: number }[] }[];
  }>;
  readonly interactions: Part<{ comments: number; votes: number; total: number }>;
}

/** Somebody who reads, votes and comments without a login, with a browser that keeps its cookie. */
export class Reader {
  private cookie: string | undefined;

  constructor(private readonly newsroom: { readonly gatewayUrl: string }) {}

  page(idOrSlug: string): Promise<TestAnswer<Page>> {
    return this.get(`/v1/articles/${idOrSlug}/page`);
  }

  get<Body = Record<string, unknown>>(path: string): Promise<TestAnswer<Body>> {
    return callByContract(this.newsroom.gatewayUrl + path);
  }

  comment(articleId: string, text: string): Promise<TestAnswer<Record<string, unknown>>> {
    return this.send('POST', `/v1/articles/${articleId}/comments`, { text });
  }

  vote(pollId: string, optionId: string): Promise<TestAnswer<Record<string, unknown>>> {
    return this.send('PUT', `/v1/polls/${pollId}/ballot`, { optionId });
  }

  private async send(method: string, path: string, body: unknown) {
    const headers = this.cookie ? { cookie: this.cookie } : undefined;
    const answer = await callByContract(this.newsroom.gatewayUrl + path, { method, body, headers });
    this.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return answer;
  }
}
