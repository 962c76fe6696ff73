import type { ArticleSnapshot, NewsroomEvent } from '#events';
import type { Role } from '#platform';
import { anArticleRequest, ServiceUnderTest, waitUntil, type TestAnswer } from '#testing';
import type { EditorialArticle } from '../src/article/editorial-article.js';
import { articlesApp } from '../src/service.js';

/** A refusal as a client reads it. */
export interface Problem {
  readonly code: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly [extension: string]: unknown;
}

export type Answer = TestAnswer<EditorialArticle & Problem>;
export interface ListAnswer {
  readonly items: { id: string; slug: string; headline: string }[];
  readonly terms: { kind: string; slug: string; name: string }[];
  readonly nextCursor?: string;
}

/** The articles service, used by an editor. */
export class Desk {
  private constructor(readonly service: ServiceUnderTest) {}

  /** Starts the service and creates the author and sections that {@link anArticleRequest} and the tests name. */
  static async open(env: NodeJS.ProcessEnv = {}): Promise<Desk> {
    const desk = new Desk(await ServiceUnderTest.start(articlesApp, env));
    await desk.put('authors/lia-muster', { name: 'Lia Muster' });
    for (const section of ['news', 'sport']) await desk.put(`sections/${section}`, { name: section });
    return desk;
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  /** Creates a term, or changes the given version of it. */
  put(termPath: string, body: unknown, version?: number): Promise<Answer> {
    return this.service.as('editor', 'PUT', `/editorial/${termPath}`, body, ifMatch(version));
  }

  /** Changes the current version of a term. */
  async changeTerm(termPath: string, body: unknown): Promise<Answer> {
    return this.put(termPath, body, await this.versionOf(termPath));
  }

  /** Performs `act` on the current version of a term: rename, merge. */
  async actOnTerm(act: string, termPath: string, body: unknown): Promise<Answer> {
    return this.post(`${termPath}/${act}`, body, await this.versionOf(termPath));
  }

  async versionOf(termPath: string): Promise<number> {
    return (await this.get<{ version: number }>(termPath)).body.version;
  }

  post(path: string, body?: unknown, version?: number): Promise<Answer> {
    return this.service.as('editor', 'POST', `/editorial/${path}`, body, ifMatch(version));
  }

  /** A request with another role. */
  as<Body = Answer['body']>(
    role: Role,
    method: string,
    path: string,
    body?: unknown,
    version?: number,
  ): Promise<TestAnswer<Body>> {
    return this.service.as(role, method, `/editorial/${path}`, body, ifMatch(version));
  }

  get<Body>(path: string): Promise<TestAnswer<Body>> {
    return this.service.as('editor', 'GET', `/editorial/${path}`);
  }

  /** The events about an article, once there are `count` of them. */
  async eventsOf(id: string, count: number): Promise<NewsroomEvent[]> {
    const events = () => this.service.emitted.filter(({ subject }) => subject === id);
    await waitUntil(() => events().length >= count, { what: `${count} events` });
    return events();
  }

  /** A public request. */
  read<Body = ArticleSnapshot & Problem>(path: string): Promise<TestAnswer<Body>> {
    return this.service.call('GET', path);
  }

  async draft(overrides: Record<string, unknown> = {}): Promise<EditorialArticle> {
    return expectOk(await this.post('articles', anArticleRequest(overrides)));
  }

  edit(id: string, version: number, content: unknown): Promise<Answer> {
    return this.service.as('editor', 'PUT', `/editorial/articles/${id}`, content, ifMatch(version));
  }

  remove(path: string, version?: number): Promise<Answer> {
    return this.service.as('editor', 'DELETE', `/editorial/${path}`, undefined, ifMatch(version));
  }

  /** Performs `act` on the given version of an article: publish, retract, … */
  act(act: string, { id, version }: { id: string; version: number }, body?: unknown): Promise<Answer> {
    return this.post(`articles/${id}/${act}`, body, version);
  }

  /** Makes the scheduled times of an article due now. */
  async fallDue(id: string, times: readonly ('publish_at' | 'offline_at')[] = ['publish_at']): Promise<void> {
    const set = times.map((time) => `${time} = now() - interval '1 second'`).join(', ');
    await this.service.query(`UPDATE article SET ${set} WHERE id = $1`, [id]);
  }

  async published(overrides: Record<string, unknown> = {}): Promise<EditorialArticle> {
    return expectOk(await this.act('publish', await this.draft(overrides)));
  }

  async retracted(overrides: Record<string, unknown> = {}): Promise<EditorialArticle> {
    return expectOk(await this.act('retract', await this.published(overrides), { reason: 'legal' }));
  }
}

const ifMatch = (version: number | undefined): Record<string, string> =>
  version === undefined ? {} : { 'if-match': `"${version}"` };

export function expectOk({ status, body, text }: Answer): EditorialArticle {
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body;
}
