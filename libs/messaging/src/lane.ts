import { Backoff } from '#jobs';
import type { FailureKind, Logger } from '#platform';
import type { ReceivedMessage } from './message.js';
import type { Attempt, Subscription } from './transport.js';

/** How often a message with a permanent failure is tried before it goes to the dead letters. */
const ATTEMPTS = 5;
/** After this many consecutive dead letters with the same reason, later ones are tried only once. */
const SAME_REASON = 10;
/** Milliseconds between attempts, growing from the first to the second. */
const waits = { permanent: [50, 1_000], other: [200, 15_000] } as const;

export interface LaneStep {
  /** How many messages from the start are done with. */
  readonly done: number;
  /** Milliseconds to leave the rest alone; 0 when it can go on at once. */
  readonly wait: number;
  /** What the wait is for. */
  readonly failure?: Attempt['failure'];
}

/**
 * Decides when to retry and when to dead-letter, for messages that must stay in order: those of one partition. Transient and
 * operational failures are retried for ever, permanent ones five times. A lane never sleeps: it returns the wait, so that its
 * caller can serve others meanwhile.
 */
export class Lane {
  /** Attempts that failed permanently; a database that was away for an hour does not count. */
  private permanentFailures = 0;
  private retry: { kind: FailureKind; backoff: Backoff } | undefined;
  private letters = { reason: '', inARow: 0 };

  constructor(
    private readonly subscription: Pick<Subscription, 'deliver' | 'bury'>,
    private readonly log: Logger,
  ) {}

  /** Tries `messages` once, which start with those that are left of the last step. Never rejects. */
  async step(messages: readonly ReceivedMessage[]): Promise<LaneStep> {
    // Retries the failed message alone, so that the ones behind it are not processed for nothing.
    const { done, failure } = await this.subscription.deliver(this.retry ? messages.slice(0, 1) : messages);
    if (done > 0) {
      this.settle();
      this.letters = { reason: '', inARow: 0 };
    }
    if (!failure) {
      this.letters = { reason: '', inARow: 0 };
      return { done, wait: 0 };
    }
    if (failure.kind === 'permanent' && ++this.permanentFailures >= this.allowed(failure.error)) {
      return this.bury(messages[done]!, done, failure);
    }
    return { done, ...this.rest(messages[done]!, failure) };
  }

  private async bury(
    message: ReceivedMessage,
    done: number,
    failure: NonNullable<Attempt['failure']>,
  ): Promise<LaneStep> {
    try {
      await this.subscription.bury(message, failure.error, this.permanentFailures);
    } catch (error) {
      return { done, ...this.rest(message, { kind: 'transient', error }) };
    }
    const reason = reasonOf(failure.error);
    this.letters = { reason, inARow: this.letters.reason === reason ? this.letters.inARow + 1 : 1 };
    this.settle();
    return { done: done + 1, wait: 0 };
  }

  private rest(message: ReceivedMessage, failure: NonNullable<Attempt['failure']>): Omit<LaneStep, 'done'> {
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

  private allowed(error: unknown): number {
    const { reason, inARow } = this.letters;
    return inARow >= SAME_REASON && reason === reasonOf(error) ? 1 : ATTEMPTS;
  }

  private settle(): void {
    this.permanentFailures = 0;
    this.retry = undefined;
  }
}

const reasonOf = (error: unknown): string => String(error).slice(0, 200);
