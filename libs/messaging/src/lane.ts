import { Backoff } from '#jobs';
import type { FailureKind, Logger } from '#platform';
import type { ReceivedMessage } from './message.js';
import type { Attempt, Subscription } from './transport.js';

/** Attempts before a message that fails permanently is dead-lettered. */
const ATTEMPTS = 5;
/** After this many dead letters in a row for the same reason, further messages are tried only once. */
const SAME_REASON = 10;
/** Milliseconds between attempts, growing from the first to the second. */
const waits = { permanent: [50, 1_000], other: [200, 15_000] } as const;

type Failure = NonNullable<Attempt['failure']>;

export interface LaneStep {
  /** How many messages from the start are done. */
  readonly done: number;
  /** Milliseconds to wait before the next step; 0 when there is no failure. */
  readonly wait: number;
  /** The reason to wait. */
  readonly failure?: Failure;
}

/**
 * Decides when to retry and when to dead-letter, for messages that must stay in order, such as those of one partition.
 * Transient and operational failures are retried forever, permanent ones five times. A lane returns the wait instead of
 * sleeping, so that its caller can serve other lanes.
 */
export class Lane {
  /** Attempts that failed permanently; an hour without a database does not count. */
  private permanentFailures = 0;
  private retry: { kind: FailureKind; backoff: Backoff } | undefined;
  private letters = { reason: '', inARow: 0 };

  constructor(
    private readonly subscription: Pick<Subscription, 'deliver' | 'deadLetter'>,
    private readonly log: Logger,
  ) {}

  /** Tries `messages` once; they begin with those that the last step left. Never rejects. */
  async step(messages: readonly ReceivedMessage[]): Promise<LaneStep> {
    // Retries the failed message alone, so that later ones are not handled only to be rolled back.
    const { done, failure } = await this.subscription.deliver(this.retry ? messages.slice(0, 1) : messages);
    if (done > 0) {
      this.settle();
      this.letters = { reason: '', inARow: 0 };
    }
    if (!failure) {
      this.letters = { reason: '', inARow: 0 };
      return { done, wait: 0 };
    }
    if (failure.kind === 'permanent' && ++this.permanentFailures >= this.attemptsFor(failure.error)) {
      return this.deadLetter(messages[done]!, done, failure);
    }
    return { done, ...this.retryLater(messages[done]!, failure) };
  }

  private async deadLetter(message: ReceivedMessage, done: number, failure: Failure): Promise<LaneStep> {
    try {
      await this.subscription.deadLetter(message, failure.error, this.permanentFailures);
    } catch (error) {
      return { done, ...this.retryLater(message, { kind: 'transient', error }) };
    }
    const reason = reasonOf(failure.error);
    this.letters = { reason, inARow: this.letters.reason === reason ? this.letters.inARow + 1 : 1 };
    this.settle();
    return { done: done + 1, wait: 0 };
  }

  private retryLater(message: ReceivedMessage, failure: Failure): Omit<LaneStep, 'done'> {
    if (this.retry?.kind !== failure.kind) {
      const [first, longest] = failure.kind === 'permanent' ? waits.permanent : waits.other;
      this.retry = { kind: failure.kind, backoff: new Backoff(first, longest) };
    }
    const wait = this.retry.backoff.next();
    const { topic, partition, offset } = message;
    this.log.warn(
      { err: failure.error, kind: failure.kind, topic, partition, offset, retryInMs: Math.round(wait) },
      'message failed, will be retried',
    );
    return { wait, failure };
  }

  private attemptsFor(error: unknown): number {
    const { reason, inARow } = this.letters;
    return inARow >= SAME_REASON && reason === reasonOf(error) ? 1 : ATTEMPTS;
  }

  private settle(): void {
    this.permanentFailures = 0;
    this.retry = undefined;
  }
}

const reasonOf = (error: unknown): string => String(error).slice(0, 200);
