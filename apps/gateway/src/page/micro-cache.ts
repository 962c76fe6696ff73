import { LRUCache } from 'lru-cache';

/**
 * Holds answers for a moment, so that a breaking story costs the services behind one question a second. While an
 * answer is being made, everyone who asks for it waits for the same one (single flight). Refusals are not held.
 */
export class MicroCache<T extends object> {
  private readonly answers: LRUCache<string, T>;
  private readonly underWay = new Map<string, Promise<T>>();

  /** @param ttl milliseconds an answer is held; @param max answers held. */
  constructor({ ttl, max }: { ttl: number; max: number }) {
    this.answers = new LRUCache({ ttl, max });
  }

  get(key: string, make: () => Promise<T>): Promise<T> | T {
    const held = this.answers.get(key);
    if (held) return held;
    let flight = this.underWay.get(key);
    if (!flight) {
      flight = make()
        .then((answer) => {
          this.answers.set(key, answer);
          return answer;
        })
        .finally(() => this.underWay.delete(key));
      this.underWay.set(key, flight);
    }
    return flight;
  }
}
