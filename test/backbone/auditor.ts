/** How the versions that were seen, in their order, differ from the versions 1 to n that were written; all are counts. */
export interface Audit {
  readonly events: number;
  /** Versions that were never seen. */
  readonly lost: number;
  /** Versions that were seen again. */
  readonly repeated: number;
  /** Versions that were first seen after a newer one. */
  readonly outOfOrder: number;
  /** Keys whose last record is not their newest version: a reader of the compacted topic would end with an old one. */
  readonly staleAtTheEnd: number;
}

/** Records the versions of keys as they are seen, without keeping the events. */
export class Auditor {
  private readonly keys = new Map<string, { seen: Set<number>; newest: number; last: number }>();
  private repeated = 0;
  private outOfOrder = 0;

  see(key: string, version: number): void {
    const known = this.keys.get(key) ?? { seen: new Set<number>(), newest: 0, last: 0 };
    this.keys.set(key, known);
    known.last = version;
    if (known.seen.has(version)) {
      this.repeated++;
      return;
    }
    known.seen.add(version);
    if (version < known.newest) this.outOfOrder++;
    else known.newest = version;
  }

  /** @param written the newest version of each key. */
  audit(written: ReadonlyMap<string, number>): Audit {
    let events = 0;
    let lost = 0;
    let staleAtTheEnd = 0;
    for (const [key, newest] of written) {
      events += newest;
      const known = this.keys.get(key);
      for (let version = 1; version <= newest; version++) if (!known?.seen.has(version)) lost++;
      if (newest > 0 && known?.last !== newest) staleAtTheEnd++;
    }
    return { events, lost, repeated: this.repeated, outOfOrder: this.outOfOrder, staleAtTheEnd };
  }
}
