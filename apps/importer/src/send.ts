import { z } from 'zod';
import { Backoff, pause } from '#jobs';
import { apiLimits } from './limits.js';
import type { ImportRequest } from './record.js';

/** Milliseconds to wait for an answer, and to retry before the import gives up. */
const within = { answer: 35_000, patience: 120_000 };
/** Statuses of transient failures. */
const TRANSIENT = [408, 425, 429, 502, 503, 504];
/** Attempts while the answer is 500, which may be transient. */
const ATTEMPTS_AT_500 = 3;

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

/** The newsroom does not accept this record; it may accept others. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord';
}

/** Sends records to the editorial API of a gateway, and retries until each is answered. */
export class Sender {
  private readonly patience: number;
  private answeredAt = 0;

  constructor(
    private readonly gatewayUrl: string,
    private readonly token: string,
    { patience = within.patience }: { patience?: number } = {},
  ) {
    this.patience = patience;
  }

  /**
   * @param signal stops the retries.
   * @returns undefined if the signal stopped them.
   * @throws BadRecord if the newsroom refuses the record; Error if it is unavailable or refuses the token.
   */
  async send(request: ImportRequest, signal?: AbortSignal): Promise<ImportAnswer | undefined> {
    const body = bodyOf(request);
    const backoff = new Backoff(100, 10_000);
    const startedAt = Date.now();
    for (let attempt = 1; ; attempt++) {
      const answer = await this.post(body, attempt);
      if (typeof answer !== 'string') return answer;
      if (signal?.aborted) return undefined;
      if (Date.now() - startedAt > this.patience) throw this.unanswered(answer, startedAt);
      await pause(backoff.next(), signal);
    }
  }

  /** If other records were answered in the same time, this one is at fault. */
  private unanswered(answer: string, startedAt: number): Error {
    if (this.answeredAt > startedAt) {
      return new BadRecord(`was not answered (${answer}), unlike others; it may have been imported`);
    }
    return new Error(
      `${this.gatewayUrl} does not answer (${answer}). Start the import again later; it continues where it stopped.`,
    );
  }

  /** @returns the answer, or the reason to retry. */
  private async post(body: string, attempt: number): Promise<ImportAnswer | string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.gatewayUrl}/v1/editorial/imports`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(within.answer),
      });
      text = await response.text();
    } catch (error) {
      const { cause, message } = error as Error;
      return cause instanceof Error ? cause.message : message;
    }
    const { status } = response;
    if (TRANSIENT.includes(status) || (status === 500 && attempt < ATTEMPTS_AT_500)) {
      return `status ${status}`;
    }
    if (status === 401 || status === 403) {
      throw new Error(
        `The newsroom refuses the token (${status}). Set NEWSROOM_TOKEN to a token with the role editor.`,
      );
    }
    this.answeredAt = Date.now();
    if (!response.ok) throw new BadRecord(reasonOf(status, text));
    return answerIn(text) ?? 'an unexpected answer';
  }
}

/** @throws BadRecord if the body is too large or cannot be written as JSON. */
function bodyOf(request: ImportRequest): string {
  let body: string;
  try {
    body = JSON.stringify(request);
  } catch (error) {
    throw new BadRecord(`cannot be written as JSON: ${(error as Error).message}`);
  }
  const size = Buffer.byteLength(body);
  if (size <= apiLimits.bodyBytes) return body;
  throw new BadRecord(
    `is ${Math.ceil(size / 1024)} kB as an article; the limit is ${apiLimits.bodyBytes / 1024} kB`,
  );
}

function answerIn(text: string): ImportAnswer | undefined {
  try {
    return Answer.parse(JSON.parse(text));
  } catch {
    return undefined;
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
