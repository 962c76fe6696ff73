import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds. */
const within = { request: 10_000, events: 20_000 };

interface Created {
  readonly id: string;
  readonly state?: string;
}

interface Comment {
  readonly id: string;
  readonly text: string;
}

/** Calls the gateway as an editor and as many readers. */
export class DemoApi {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly gatewayUrl: string,
    private readonly token: string,
  ) {}

  /** Creates a missing resource. One that was changed since (428) stays as it is. */
  async put(path: string, body: unknown): Promise<void> {
    await this.call('PUT', path, { body, headers: this.editor(), expect: [200, 201, 428] });
  }

  async createPoll(
    slug: string,
    { question, options }: { question: string; options: readonly string[] },
  ): Promise<string> {
    const headers = this.editor({ 'idempotency-key': `demo-poll-${slug}` });
    const { answer } = await this.call('POST', '/v1/editorial/polls', {
      body: { question, options },
      headers,
    });
    return (answer as Created).id;
  }

  async publishArticle(slug: string, body: unknown, corrections: readonly string[] = []): Promise<string> {
    const headers = this.editor({ 'idempotency-key': `demo-article-${slug}` });
    const { answer, etag } = await this.call('POST', '/v1/editorial/articles', { body, headers });
    const { id, state } = answer as Created;
    if (state !== 'draft') return id;
    const change = (act: string, version: string, more?: object) =>
      this.call('POST', `/v1/editorial/articles/${id}/${act}`, {
        body: more,
        headers: this.editor({ 'if-match': version }),
      });
    let { etag: version } = await change('publish', etag ?? '');
    for (const note of corrections) ({ etag: version } = await change('correct', version ?? '', { note }));
    return id;
  }

  /** Waits until comments and polls have received the article. */
  async untilOpen(articleId: string, pollId: string | undefined): Promise<void> {
    const deadline = Date.now() + within.events;
    const isOpen = async (): Promise<boolean> => {
      const { answer } = await this.call('GET', `/v1/articles/${articleId}/comments?limit=1`);
      if (!(answer as { open: boolean }).open) return false;
      return (
        !pollId || (await this.call('GET', `/v1/polls/${pollId}`, { expect: [200, 404] })).status === 200
      );
    };
    while (!(await isOpen())) {
      if (Date.now() > deadline) {
        throw new Error(`Article ${articleId} did not reach comments and polls in time.`);
      }
      await delay(20);
    }
  }

  /** Casts `votes[i]` ballots for the i-th option, each by a different reader. */
  async vote(pollId: string, votes: readonly number[]): Promise<void> {
    const { answer } = await this.call('GET', `/v1/polls/${pollId}`);
    const poll = answer as { options: { id: string }[]; votes: number };
    if (poll.votes > 0) return;
    const ballots = poll.options.flatMap(({ id }, i) => Array.from({ length: votes[i] ?? 0 }, () => id));
    for (let i = 0; i < ballots.length; i += 8) {
      const some = ballots.slice(i, i + 8);
      await Promise.all(
        some.map((optionId) => this.call('PUT', `/v1/polls/${pollId}/ballot`, { body: { optionId } })),
      );
    }
  }

  /** The ids of the public comments of an article, by text. */
  async commentIds(articleId: string): Promise<Map<string, string>> {
    const { answer } = await this.call('GET', `/v1/articles/${articleId}/comments?limit=50`);
    const { items } = answer as { items: (Comment & { replies: Comment[] })[] };
    return new Map(items.flatMap((item) => [item, ...item.replies]).map(({ text, id }) => [text, id]));
  }

  /** Comments as `reader`, the same anonymous reader in every call. @returns the id of the comment. */
  async comment(
    articleId: string,
    { reader, text, parentId }: { reader: string; text: string; parentId?: string },
  ): Promise<string> {
    const cookie = this.cookies.get(reader);
    const { answer, setCookie } = await this.call('POST', `/v1/articles/${articleId}/comments`, {
      body: { text, parentId },
      headers: cookie ? { cookie } : {},
    });
    if (setCookie) this.cookies.set(reader, setCookie.split(';')[0]!);
    return (answer as Created).id;
  }

  private editor(headers: Record<string, string> = {}): Record<string, string> {
    return { authorization: `Bearer ${this.token}`, ...headers };
  }

  private async call(
    method: string,
    path: string,
    {
      body,
      headers = {},
      expect = [200, 201],
    }: { body?: unknown; headers?: Record<string, string>; expect?: number[] } = {},
  ) {
    const response = await fetch(this.gatewayUrl + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(within.request),
    });
    const text = await response.text();
    if (!expect.includes(response.status)) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    const answer: unknown = text ? JSON.parse(text) : undefined;
    const { headers: got, status } = response;
    return {
      answer,
      status,
      etag: got.get('etag') ?? undefined,
      setCookie: got.get('set-cookie') ?? undefined,
    };
  }
}
