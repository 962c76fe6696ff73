import type pg from 'pg';
import { causesOf } from './failure-kind.js';

/** The connection was lost while its transaction was being committed: it may have been, or not. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = 'CommitOutcomeUnknown';
  constructor(cause: unknown) {
    super('It is not known whether the transaction was committed.', { cause });
  }
}

export const isCommitOutcomeUnknown = (error: unknown): boolean =>
  [...causesOf(error)].some((one) => one instanceof CommitOutcomeUnknown);

/** Makes a COMMIT that got no answer fail with {@link CommitOutcomeUnknown}, whoever sends it over this connection. */
export function watchCommits(client: pg.Client): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const result = query(...args);
    if (args[0] !== 'COMMIT' || !(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw isAnswer(error) ? error : new CommitOutcomeUnknown(error);
    });
  }) as typeof client.query;
}

/** An error that left the session alive is the server's answer: it has rolled back. One that ended it is no answer. */
const isAnswer = (error: unknown): boolean => (error as { severity?: string }).severity === 'ERROR';
