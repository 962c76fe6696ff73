import type { TestDatabase } from '#testing';

/** Milliseconds after which a caller gives up. */
const PATIENCE = 15_000;

export interface PostAnswer {
  readonly status: number;
  readonly code?: string;
  readonly id?: string;
  readonly alias?: string;
  readonly text: string;
  readonly key: string;
  readonly reader: string;
}

/** Posts a comment as the gateway would, with an Idempotency-Key. */
export async function post(
  url: string,
  article: string,
  { text, key, reader }: Pick<PostAnswer, 'text' | 'key' | 'reader'>,
): Promise<PostAnswer> {
  const response = await fetch(`${url}/articles/${article}/comments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-reader': reader, 'idempotency-key': key },
    body: JSON.stringify({ text }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const body = (await response.json()) as Partial<PostAnswer>;
  return { status: response.status, code: body.code, id: body.id, alias: body.alias, text, key, reader };
}

export type Query = TestDatabase['query'];

export const textsOf = async (query: Query, article: string): Promise<string[]> =>
  (
    await query<{ text: string }>(`SELECT text FROM comment WHERE article_id = $1 ORDER BY id`, [article])
  ).map(({ text }) => text);

export const threadOf = async (query: Query, article: string): Promise<object | undefined> =>
  (await query<object>(`SELECT published, rev FROM thread WHERE article_id = $1`, [article]))[0];

/** The counts that `count` comments must have published, in order. */
export const upTo = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ published: i + 1, rev: i + 1 }));
