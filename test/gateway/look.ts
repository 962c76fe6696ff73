import type { GatewayUnderTest } from './gateway-under-test.js';

/** One read of an address. */
export interface Look {
  readonly path: string;
  /** When the request was sent, and when the whole answer had arrived, in milliseconds of this process's clock. */
  readonly asked: number;
  readonly at: number;
  readonly status: number;
  /** Whether the answer contains the word. */
  readonly shows: boolean;
}

/** How a client validates the answer that it has kept. */
export type Validation = 'tag' | 'date' | 'nothing';

/** A client that looks for a word at one address, keeps the answer and asks whether it is still valid. */
export function lookingFor(
  word: string,
  gateway: GatewayUnderTest,
  path: string,
  by: Validation,
): () => Promise<Look> {
  let kept: { text: string; etag: string | null; date: string | null } | undefined;
  return async () => {
    const headers: Record<string, string> = {};
    if (by === 'tag' && kept?.etag) headers['if-none-match'] = kept.etag;
    if (by === 'date' && kept?.date) headers['if-modified-since'] = kept.date;
    const asked = Date.now();
    const answer = await gateway.call('GET', path, { headers });
    const text = answer.status === 304 ? kept!.text : answer.text + (answer.headers.get('location') ?? '');
    kept = { text, etag: answer.headers.get('etag'), date: answer.headers.get('last-modified') };
    return { path, asked, at: Date.now(), status: answer.status, shows: text.includes(word) };
  };
}

export const look = (word: string, gateway: GatewayUnderTest, path: string): Promise<Look> =>
  lookingFor(word, gateway, path, 'nothing')();
