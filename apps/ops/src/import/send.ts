import { z } from 'zod';
import { Backoff, pause } from '#platform';
import type { ImportRequest } from './record.js';

/** Milliseconds: for one answer, and of trying again before an import gives up. */
const within = { answer: 35_000, patience: 120_000 };
/** Statuses that time may mend. */
const PASSING = [429, 502, 503, 504];

const Answer = z.object({
  id: z.string(),
  outcome: z.enum(['imported', 'known']),
  state: z.string(),
  missing: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});
export type ImportAnswer = z.infer<typeof Answer>;

const Problem = z.object({
  code: z.string().default('unknown'),
  title: z.string().default(''),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});

/** The record is not one the newsroom takes; others may be. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord';
}

/** Sends records to the editorial API of a gateway, each until it is answered. */
export class Sender {
  private readonly patience: number;

  constructor(
    private readonly gatewayUrl: string,
    private readonly token: string,
    { patience = within.patience }: { patience?: number } = {},
  ) {
    this.patience = patience;
  }

  /**
   * @param signal ends the waiting for a newsroom that does not answer.
   * @returns nothing when the signal ended it.
   * @throws BadRecord when the newsroom refuses it; Error when it cannot be reached or refuses the token.
   */
  async send(request: ImportRequest, signal?: AbortSignal): Promise<ImportAnswer | undefined> {
    const backoff = new Backoff(100, 10_000);
    const deadline = Date.now() + this.patience;
    for (;;) {
      const answer = await this.post(request);
      if (typeof answer !== 'string') return answer;
      if (signal?.aborted) return undefined;
      if (Date.now() > deadline) {
        throw new Error(
          `${this.gatewayUrl} does not answer (${answer}). Start the import again later; it goes on.`,
        );
      }
      await pause(backoff.next(), signal);
    }
  }

  /** @returns why it is to be tried again, in place of an answer. */
  private async post(request: ImportRequest): Promise<ImportAnswer | string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.gatewayUrl}/v1/editorial/imports`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(within.answer),
      });
      text = await response.text();
    } catch (error) {
      const { cause, message } = error as Error;
      return cause instanceof Error ? cause.message : message;
    }
    const { status } = response;
    if (PASSING.includes(status)) return `status ${status}`;
    if (status === 401 || status === 403) {
      throw new Error(`The token is refused (${status}). Set NEWSROOM_TOKEN to one with the role editor.`);
    }
    if (!response.ok) throw new BadRecord(reasonOf(status, text));
    return Answer.parse(JSON.parse(text));
  }
}

function reasonOf(status: number, text: string): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `status ${status}`;
  }
  const { code, title, errors } = Problem.catch({ code: 'unknown', title: '', errors: [] }).parse(body);
  const complaints = errors.slice(0, 5).map(({ pointer, detail }) => `${pointer} ${detail}`);
  return complaints.length > 0 ? `${code}: ${complaints.join('; ')}` : `${code}: ${title}`;
}
