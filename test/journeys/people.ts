import { anArticleRequest } from '#testing';
import type { Newsroom } from './targets.js';

/** People who use a newsroom through its gateway. */

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export async function call<Body = Record<string, unknown>>(
  url: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text ? JSON.parse(text) : undefined) as Body,
  };
}

export interface EditorialArticle {
  readonly id: string;
  readonly slug: string;
  readonly state: string;
  readonly version: number;
}

/** Someone with roles in the newsroom. */
export class Editor {
  private constructor(
    private readonly newsroom: Newsroom,
    private readonly authorization: string,
  ) {}

  static async of(newsroom: Newsroom): Promise<Editor> {
    const token = await newsroom.token('editor', 'moderator', 'sales');
    const editor = new Editor(newsroom, `Bearer ${token}`);
    await editor.send('PUT', '/sections/news', { name: 'News' });
    await editor.send('PUT', '/topics/verkehr', { name: 'Verkehr' });
    await editor.send('PUT', '/authors/lia-muster', { name: 'Lia Muster' });
    return editor;
  }

  send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const url = `${this.newsroom.gatewayUrl}/v1/editorial${path}`;
    return call<Body>(url, { method, body, headers: { authorization: this.authorization, ...headers } });
  }

  async publish(overrides: Record<string, unknown> = {}): Promise<EditorialArticle> {
    const created = await this.send<EditorialArticle>('POST', '/articles', anArticleRequest(overrides));
    if (created.status !== 201) throw new Error(JSON.stringify(created.body));
    return this.change(created.body, 'POST', '/publish');
  }

  async poll(question: string, options: string[]): Promise<{ id: string; options: { id: string }[] }> {
    const { body } = await this.send<{ id: string; options: { id: string }[] }>('POST', '/polls', {
      question,
      options,
    });
    return body;
  }

  /** A change that names the version it changes. */
  async change(
    { id, version }: Pick<EditorialArticle, 'id' | 'version'>,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<EditorialArticle> {
    const headers = { 'if-match': `"${version}"` };
    const answer = await this.send<EditorialArticle>(method, `/articles/${id}${path}`, body, headers);
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

/** Someone who reads, votes and comments without a login, with a browser that keeps its cookie. */
export class Reader {
  private cookie: string | undefined;

  constructor(private readonly newsroom: Newsroom) {}

  page(idOrSlug: string): Promise<Answer<Page>> {
    return call<Page>(`${this.newsroom.gatewayUrl}/v1/articles/${idOrSlug}/page`);
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return call<Body>(this.newsroom.gatewayUrl + path);
  }

  comment(articleId: string, text: string, more: object = {}): Promise<Answer> {
    return this.send('POST', `/v1/articles/${articleId}/comments`, { text, ...more });
  }

  vote(pollId: string, optionId: string): Promise<Answer> {
    return this.send('PUT', `/v1/polls/${pollId}/ballot`, { optionId });
  }

  private async send(method: string, path: string, body: unknown): Promise<Answer> {
    const headers = this.cookie ? { cookie: this.cookie } : undefined;
    const answer = await call(this.newsroom.gatewayUrl + path, { method, body, headers });
    this.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return answer;
  }
}

interface Part<T> {
  readonly status: string;
  readonly data: T;
}

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
