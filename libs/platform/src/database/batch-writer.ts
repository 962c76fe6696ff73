import { isFaultOfWork } from './failure-kind.js';
import { CommitOutcomeUnknown } from './commit-outcome.js';
import { outsideRequest } from '../context/context.js';
import type { Logger } from '../logging/logging.js';

/** The outcome of one call of a batch: its result, or the reason why it alone was refused. */
export type Outcome<Result> = { readonly result: Result } | { readonly refused: Error };

/** A call was not accepted or has waited too long. It was not written and never will be. */
export class Busy extends Error {
  override readonly name = 'Busy';
  constructor() {
    super('Too many calls are waiting to be written.');
  }
}

const defaults = {
  /** Calls that may wait per key, and for all keys together. */
  waitingPerKey: 2_000,
  waiting: 8_000,
  /** Bytes that all waiting calls may hold, and the calls of one batch. */
  waitingBytes: 16 * 1024 * 1024,
  batchBytes: 1024 * 1024,
  /** Calls of one batch. */
  batch: 200,
  /** Milliseconds that a call may wait for its batch, and for its turn when its batch is split. */
  waitWithin: 3_000,
  splitWithin: 5_000,
};
export type BatchLimits = typeof defaults;

export interface BatchWriterOptions<Call, Result> {
  /**
   * Writes the calls of one key in one transaction. @returns their outcomes, in the same order.
   * @throws {@link CommitOutcomeUnknown}, or another error when nothing was written.
   */
  readonly write: (key: string, calls: readonly Call[]) => Promise<readonly Outcome<Result>[]>;
  /** Approximate bytes that a call holds while it waits. */
  readonly bytesOf: (call: Call) => number;
  /** Keys that are written at the same time. Keep it well below the size of the database pool, which reads need, too. */
  readonly keysAtOnce: number;
  readonly log: Logger;
  readonly limits?: Partial<BatchLimits>;
}

interface Waiting<Call, Result> {
  readonly call: Call;
  readonly bytes: number;
  readonly since: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
  /** Clears the timeout and the abort listener. */
  readonly stopWaiting: () => void;
}

/**
 * Group commit: calls for one key queue up while a batch of that key is being written, and the next batch takes them
 * all. So a busy key costs one transaction per batch, not one per call. Keys are served in turn.
 */
export class BatchWriter<Call, Result> {
  /** Calls by key, in the order of arrival; the key that has waited longest comes first. */
  private readonly queues = new Map<string, Set<Waiting<Call, Result>>>();
  private readonly rounds = new Map<string, Promise<void>>();
  private readonly limits: BatchLimits;
  private held = { calls: 0, bytes: 0 };
  private isClosed = false;

  constructor(private readonly options: BatchWriterOptions<Call, Result>) {
    this.limits = { ...defaults, ...options.limits };
  }

  /** Number of calls that wait for their batch. */
  get waiting(): number {
    return this.held.calls;
  }

  /**
   * Writes a call in a batch with others of its key.
   * @param signal drops the call, with the signal's reason, unless its batch has started.
   * @throws Busy, the refusal of this call, or what `write` threw.
   */
  submit(key: string, call: Call, signal?: AbortSignal): Promise<Result> {
    const bytes = this.options.bytesOf(call);
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.isClosed || !this.hasRoom(key, bytes)) return Promise.reject(new Busy());
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown): void => {
        this.remove(key, waiting);
        reject(reason as Error);
      };
      const timer = setTimeout(() => leave(new Busy()), this.limits.waitWithin);
      const abandon = (): void => leave(signal!.reason);
      signal?.addEventListener('abort', abandon, { once: true });
      const stopWaiting = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
      };
      const waiting = { call, bytes, since: performance.now(), resolve, reject, stopWaiting };
      this.add(key, waiting);
      this.startRounds();
    });
  }

  /** Accepts no more calls, and resolves when those that wait are done. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.rounds.size > 0) await Promise.all(this.rounds.values());
  }

  private hasRoom(key: string, bytes: number): boolean {
    const { waitingPerKey, waiting, waitingBytes } = this.limits;
    return (
      (this.queues.get(key)?.size ?? 0) < waitingPerKey &&
      this.held.calls < waiting &&
      this.held.bytes + bytes <= waitingBytes
    );
  }

  private add(key: string, waiting: Waiting<Call, Result>): void {
    const queue = this.queues.get(key) ?? new Set();
    this.queues.set(key, queue.add(waiting));
    this.held = { calls: this.held.calls + 1, bytes: this.held.bytes + waiting.bytes };
  }

  private remove(key: string, waiting: Waiting<Call, Result>): void {
    const queue = this.queues.get(key)!;
    queue.delete(waiting);
    if (queue.size === 0) this.queues.delete(key);
    waiting.stopWaiting();
    this.held = { calls: this.held.calls - 1, bytes: this.held.bytes - waiting.bytes };
  }

  private startRounds(): void {
    for (const key of this.queues.keys()) {
      if (this.rounds.size >= this.options.keysAtOnce) return;
      if (this.rounds.has(key)) continue;
      const round = outsideRequest(() => this.round(key, this.take(key))).finally(() => {
        this.rounds.delete(key);
        this.startRounds();
      });
      this.rounds.set(key, round);
    }
  }

  private take(key: string): Waiting<Call, Result>[] {
    const batch: Waiting<Call, Result>[] = [];
    let bytes = 0;
    for (const waiting of this.queues.get(key)!) {
      bytes += waiting.bytes;
      if (batch.length === this.limits.batch || (batch.length > 0 && bytes > this.limits.batchBytes)) break;
      this.remove(key, waiting);
      batch.push(waiting);
    }
    // A key with more calls goes to the end, so that other keys have their turn.
    const left = this.queues.get(key);
    if (left && this.queues.delete(key)) this.queues.set(key, left);
    return batch;
  }

  private async round(key: string, batch: readonly Waiting<Call, Result>[]): Promise<void> {
    try {
      const outcomes = await this.options.write(
        key,
        batch.map(({ call }) => call),
      );
      batch.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i]!;
        if ('result' in outcome) resolve(outcome.result);
        else reject(outcome.refused);
      });
    } catch (error) {
      if (batch.length > 1 && isPoisoned(error)) await this.split(key, batch, error);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** It is not known which call made the batch fail, so each is written alone. */
  private async split(key: string, batch: readonly Waiting<Call, Result>[], error: unknown): Promise<void> {
    this.options.log.warn(
      { err: error, key, calls: batch.length },
      'a batch failed and is written one by one',
    );
    for (const waiting of batch) {
      if (performance.now() - waiting.since > this.limits.splitWithin) waiting.reject(new Busy());
      else await this.round(key, [waiting]);
    }
  }
}

const isPoisoned = (error: unknown): boolean =>
  !(error instanceof CommitOutcomeUnknown) && isFaultOfWork(error);
