import type pg from 'pg';
import { causesOf } from './failure-kind.js';

/** The connection was lost during COMMIT: the transaction may or may not have been committed. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = 'CommitOutcomeUnknown';
  constructor(cause: unknown) {
    super('It is not known whether the transaction was committed.', { cause });
  }
}

/** Nothing was committed, because a statement had failed and its error was ignored. */
export class FailedTransaction extends Error {
  override readonly name = 'FailedTransaction';
  constructor() {
    super('A statement of this transaction has failed; it cannot be committed.');
  }
}

export const isCommitOutcomeUnknown = (error: unknown): boolean =>
  [...causesOf(error)].some((one) => one instanceof CommitOutcomeUnknown);

/** Makes COMMIT over this connection fail when it was not answered or committed nothing. */
export function watchCommits(client: pg.Client): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const result = query(...args);
    if (args[0] !== 'COMMIT' || !(result instanceof Promise)) return result;
    return (result as Promise<pg.QueryResult>).then(
      (answer) => {
        // Postgres answers COMMIT with ROLLBACK, and no error, when a statement of the transaction has failed.
        if (answer.command === 'ROLLBACK') throw new FailedTransaction();
        return answer;
      },
      (error: unknown) => {
        throw isAnswer(error) ? error : new CommitOutcomeUnknown(error);
      },
    );
  }) as typeof client.query;
}

/** An error that leaves the session alive is the server's answer: it has rolled back. One that ends the session is not. */
const isAnswer = (error: unknown): boolean => (error as { severity?: string }).severity === 'ERROR';
