import type { LRUCache } from 'lru-cache';
import { ClientGone, Refused } from '#http';
import type { Retractions } from '../retractions/retractions.js';
import type { Bulkhead } from '../upstream/bulkhead.js';
import { Busy, UpstreamDown } from '../problems.js';
import { HOLD_FOR, type Held, type Refusal } from './caches.js';

/** An answer, with the facts that decide whether it may still be served. */
export interface Answer extends Held {
  /** Set if the answer is one article: then only the retraction of that article matters. */
  readonly articleId?: string;
  /** When retracted articles were last filtered out, by performance.now(); by default when the answer was requested. */
  readonly checkedAt?: number;
  /** Set when it is served because a newer answer is unavailable. */
  readonly isStale?: boolean;
}

export interface Entry<T> extends Held {
  readonly answer: T;
  /** When it was requested, by performance.now(): its content may be that old. */
  readonly start: number;
}

interface Flight<T> {
  readonly entry: Promise<Entry<T>>;
  readonly cancel: AbortController;
  start: number;
  /** Number of clients that wait for it. */
  waiting: number;
}

interface Parts<T> {
  /** Answers, kept as long as they may be served stale. */
  readonly answers: LRUCache<string, Entry<T>>;
  /** Refusals by the service, kept as long as an answer is fresh. */
  readonly refusals: LRUCache<string, Refusal>;
  /** Bounds how many answers are made at the same time. */
  readonly flights: Bulkhead;
  readonly retractions: Retractions;
  /** Milliseconds for which an answer is not requested again. */
  readonly holdFor?: number;
}

/** Milliseconds for which an answer may be served while a newer one is unavailable. */
export const STALE_FOR = 60_000;
/** Statuses of refusals that are held. Redirects are not: two held ones could redirect to each other. */
const HELD_REFUSALS = [404, 410];
const NO_BYTES = Buffer.alloc(0);
/** Attempts to get an answer that is newer than the last retraction. */
const ATTEMPTS = 2;

/**
 * Holds answers for a moment, so that a breaking story costs the upstream services one request per second. While an
 * answer is being made, all clients that request it wait for the same one (single flight); it is cancelled when the last
 * of them has gone. No answer is served that was requested before the newest retraction became known.
 */
export class MicroCache<T extends Answer> {
  private readonly underWay = new Map<string, Flight<T>>();
  private readonly holdFor: number;

  constructor(private readonly parts: Parts<T>) {
    this.holdFor = parts.holdFor ?? HOLD_FOR;
  }

  /**
   * @param client returns the signal that aborts when the client goes away; not called for an answer that is held.
   * @throws what `make` throws, unless a stale answer can be served; Refused `article.retracted`; Busy when too many
   * answers are being made; ClientGone.
   */
  get(key: string, client: () => AbortSignal, make: (signal: AbortSignal) => Promise<T>): Promise<T> | T {
    const held = this.parts.answers.get(key);
    const isFresh = held && performance.now() - held.start < this.holdFor;
    if (isFresh && !this.showsRetracted(held)) return held.answer;
    const refused = this.parts.refusals.get(key);
    if (refused) throw refused.refusal;
    return this.answer(key, client(), make);
  }

  private async answer(
    key: string,
    client: AbortSignal,
    make: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const entry = await this.join(key, this.flight(key, make), client).catch((error: unknown) =>
        this.staleInstead(key, error),
      );
      if (entry.answer.articleId) this.parts.retractions.refuseRetracted(entry.answer.articleId);
      if (!this.showsRetracted(entry)) return entry.answer;
    }
    throw new UpstreamDown('articles');
  }

  private showsRetracted({ answer, start }: Entry<T>): boolean {
    const { retractions } = this.parts;
    const { articleId, checkedAt = start } = answer;
    return articleId === undefined ? checkedAt < retractions.learnedAt : retractions.has(articleId);
  }

  private staleInstead(key: string, error: unknown): Entry<T> {
    const last =
      error instanceof UpstreamDown || error instanceof Busy ? this.parts.answers.get(key) : undefined;
    if (!last || (!last.answer.articleId && this.showsRetracted(last))) throw error;
    return { ...last, answer: { ...last.answer, isStale: true } };
  }

  /** Joins the current flight, unless it began before the newest retraction became known. */
  private flight(key: string, make: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const current = this.underWay.get(key);
    return current && current.start >= this.parts.retractions.learnedAt ? current : this.start(key, make);
  }

  private start(key: string, make: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const cancel = new AbortController();
    const { signal } = cancel;
    const fly = async (): Promise<Entry<T>> => {
      const start = (flight.start = performance.now());
      try {
        const answer = await make(signal);
        const entry = { answer, start, bytes: answer.bytes };
        if (!signal.aborted) this.hold(key, entry);
        return entry;
      } catch (error) {
        this.holdRefusal(key, error, start);
        throw error;
      }
    };
    const flight: Flight<T> = {
      entry: Promise.resolve().then(() => this.parts.flights.run(fly, signal)),
      cancel,
      start: performance.now(),
      waiting: 0,
    };
    this.underWay.set(key, flight);
    void flight.entry.catch(() => undefined).then(() => this.end(key, flight));
    return flight;
  }

  private hold(key: string, entry: Entry<T>): void {
    const { answers } = this.parts;
    const isNewest = entry.start >= (answers.get(key)?.start ?? 0);
    if (isNewest) answers.set(key, entry, { start: entry.start });
  }

  /** After a refusal by the service itself, no stale answer may be served. */
  private holdRefusal(key: string, error: unknown, start: number): void {
    if (!(error instanceof Refused) || error.status >= 499) return;
    const { answers, refusals, retractions } = this.parts;
    retractions.notice(error);
    answers.delete(key);
    if (HELD_REFUSALS.includes(error.status)) {
      refusals.set(key, { refusal: error, bytes: NO_BYTES }, { start });
    }
  }

  private join(key: string, flight: Flight<T>, client: AbortSignal): Promise<Entry<T>> {
    flight.waiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(new ClientGone());
        if (--flight.waiting > 0) return;
        this.end(key, flight);
        flight.cancel.abort();
      };
      if (client.aborted) return leave();
      client.addEventListener('abort', leave);
      const settle = () => client.removeEventListener('abort', leave);
      flight.entry.then(resolve, reject).finally(settle);
    });
  }

  private end(key: string, flight: Flight<T>): void {
    if (this.underWay.get(key) === flight) this.underWay.delete(key);
  }
}
