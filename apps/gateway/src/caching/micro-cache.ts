import type { LRUCache } from 'lru-cache';
import { ClientGone } from '#platform';
import type { Bulkhead } from '../upstream/bulkhead.js';
import type { Held } from './caches.js';

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly cancel: AbortController;
  /** Clients that still wait for it. */
  waiting: number;
}

/**
 * Holds answers for a moment, so that a breaking story costs the upstream services one request per second. While an
 * answer is being made, everyone who asks for it waits for the same one (single flight); when the last of them has gone,
 * it is cancelled. Refusals are not held.
 */
export class MicroCache<T extends Held> {
  private readonly underWay = new Map<string, Flight<T>>();

  constructor(
    private readonly answers: LRUCache<string, T>,
    /** Bounds how many answers are made at the same time. */
    private readonly flights: Bulkhead,
  ) {}

  /**
   * @param client aborts when whoever asks goes away; not called for what is held.
   * @throws what `make` throws; Busy when too many answers are being made; ClientGone.
   */
  get(key: string, client: () => AbortSignal, make: (signal: AbortSignal) => Promise<T>): Promise<T> | T {
    return this.answers.get(key) ?? this.join(key, this.underWay.get(key) ?? this.start(key, make), client());
  }

  private start(key: string, make: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const cancel = new AbortController();
    const { signal } = cancel;
    const fly = async (): Promise<T> => {
      // What is read may be as old as this: the time an answer is held counts from here.
      const start = performance.now();
      const answer = await make(signal);
      if (!signal.aborted) this.answers.set(key, answer, { start });
      return answer;
    };
    const flight = { answer: this.flights.run(fly, signal), cancel, waiting: 0 };
    this.underWay.set(key, flight);
    void flight.answer.catch(() => undefined).then(() => this.end(key, flight));
    return flight;
  }

  private join(key: string, flight: Flight<T>, client: AbortSignal): Promise<T> {
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
      flight.answer.then(resolve, reject).finally(settle);
    });
  }

  private end(key: string, flight: Flight<T>): void {
    if (this.underWay.get(key) === flight) this.underWay.delete(key);
  }
}
