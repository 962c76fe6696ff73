import type { Role } from '#platform';
import { anArticleRequest } from '../builders/builders.js';
import type { TestAnswer } from './call-api.js';
import { callByContract } from './call-by-contract.js';

/** An article as the editorial API returns it. */
export interface EditorialArticle {
  readonly id: string;
  readonly slug: string;
  readonly state: string;
  readonly version: number;
}

/** A newsroom that editors and readers reach through its gateway. */
export interface NewsroomAccess {
  readonly gatewayUrl: string;
  token(...roles: Role[]): Promise<string>;
}

/** Somebody with a role in the newsroom, who uses the editorial API. */
export class Editor {
  private readonly authorization: string;

  /** @param editorialUrl of the gateway (`…/v1/editorial`) or of a single service (`…/editorial`). */
  constructor(
    private readonly editorialUrl: string,
    token: string,
  ) {
    this.authorization = `Bearer ${token}`;
  }

  /** Somebody with the roles editor, moderator and sales at a gateway, with the terms that test articles use. */
  static async of(newsroom: NewsroomAccess): Promise<Editor> {
    const token = await newsroom.token('editor', 'moderator', 'sales');
    const editor = new Editor(`${newsroom.gatewayUrl}/v1/editorial`, token);
    await editor.createTerms();
    return editor;
  }

  /** Creates the section, the topic and the author that test articles use. */
  async createTerms(): Promise<void> {
    await this.sendOk('PUT', '/sections/news', { name: 'News' });
    await this.sendOk('PUT', '/topics/verkehr', { name: 'Verkehr' });
    await this.sendOk('PUT', '/authors/lia-muster', { name: 'Lia Muster' });
  }

  send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<Body>> {
    const url = this.editorialUrl + path;
    return callByContract<Body>(url, {
      method,
      body,
      headers: { authorization: this.authorization, ...headers },
    });
  }

  /** @throws Error unless the answer is a success. */
  async sendOk<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Body> {
    const answer = await this.send<Body>(method, path, body, headers);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  }

  /** Creates an article and returns it as a draft. */
  draft(overrides: Record<string, unknown> = {}): Promise<EditorialArticle> {
    return this.sendOk('POST', '/articles', anArticleRequest(overrides));
  }

  /** Creates an article and publishes it. */
  async publish(overrides: Record<string, unknown> = {}): Promise<EditorialArticle> {
    return this.change(await this.draft(overrides), 'POST', '/publish');
  }

  poll(question: string, options: string[]): Promise<{ id: string; options: { id: string }[] }> {
    return this.sendOk('POST', '/polls', { question, options });
  }

  /** Changes the given version of an article. @param path below the article's, such as `/publish`. */
  change(
    { id, version }: Pick<EditorialArticle, 'id' | 'version'>,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<EditorialArticle> {
    return this.sendOk(method, `/articles/${id}${path}`, body, { 'if-match': `"${version}"` });
  }
}
