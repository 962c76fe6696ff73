/** Maximum number of keys; they take a few megabytes. */
const LIMIT = 10_000;

export interface Change {
  readonly key: string;
  readonly version: number;
}

/**
 * Changes that the cache has not confirmed. They are sent first when it is available again. Otherwise it would serve values
 * from before the outage, or stale ones that were on their way to it.
 */
export class UnconfirmedChanges {
  private readonly versions = new Map<string, number>();
  /** Seconds for which the cache may hold a value that one of these changes replaces. */
  seconds = 1;
  /** There were more than {@link LIMIT}: the cache is correct only after {@link seconds}, when all old values have expired. */
  isIncomplete = false;

  add(changes: readonly Change[], seconds: number): void {
    this.seconds = Math.max(this.seconds, seconds);
    for (const { key, version } of changes) {
      const known = this.versions.get(key);
      if (known === undefined && this.versions.size >= LIMIT) this.isIncomplete = true;
      else this.versions.set(key, Math.max(version, known ?? version));
    }
  }

  /** @returns up to `count` changes, which stay here until they are settled. */
  next(count: number): Change[] {
    const changes: Change[] = [];
    for (const [key, version] of this.versions) {
      if (changes.length === count) break;
      changes.push({ key, version });
    }
    return changes;
  }

  /** Removes changes that the cache has stored; newer changes of the same keys stay. */
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
