/** Keys remembered at most: a few megabytes. */
const LIMIT = 10_000;

export interface Change {
  readonly key: string;
  readonly version: number;
}

/**
 * Changes that the cache has not confirmed. What it held before it went away, and stale values that were on their way
 * to it, would otherwise be served when it is back; so it is given these first.
 */
export class UnconfirmedChanges {
  private readonly versions = new Map<string, number>();
  /** Seconds for which the cache may hold what any of these replaces. */
  seconds = 1;
  /** There were more than {@link LIMIT}: only time, {@link seconds}, makes the cache right again. */
  isIncomplete = false;

  add(changes: readonly Change[], seconds: number): void {
    this.seconds = Math.max(this.seconds, seconds);
    for (const { key, version } of changes) {
      const known = this.versions.get(key);
      if (known === undefined && this.versions.size >= LIMIT) this.isIncomplete = true;
      else this.versions.set(key, Math.max(version, known ?? version));
    }
  }

  /** @returns up to `count` of them; they stay here until they are settled. */
  some(count: number): Change[] {
    const changes: Change[] = [];
    for (const [key, version] of this.versions) {
      if (changes.length === count) break;
      changes.push({ key, version });
    }
    return changes;
  }

  /** The cache has taken `changes`; newer ones of the same keys stay. */
  settle(changes: readonly Change[]): void {
    for (const { key, version } of changes) {
      if (this.versions.get(key) === version) this.versions.delete(key);
    }
  }

  clear(): void {
    this.versions.clear();
    this.isIncomplete = false;
  }
}
