interface BreakerLimits {
  /** Calls in a row without an answer that open it. */
  readonly failures: number;
  /** Milliseconds until it lets one call through again. */
  readonly rest: number;
}

/**
 * Stops calls to a service that gave no answer several times in a row, so that a page need not wait for its deadline
 * each time. After a rest one call goes through as a probe; its answer closes the breaker.
 */
export class Breaker {
  private failures = 0;
  private restsUntil = 0;

  constructor(
    private readonly limits: BreakerLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether a call may go out now; while open, true is the leave for one probe. */
  admits(): boolean {
    if (this.failures < this.limits.failures) return true;
    if (this.now() < this.restsUntil) return false;
    this.restsUntil = this.now() + this.limits.rest;
    return true;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(): void {
    this.failures++;
    this.restsUntil = this.now() + this.limits.rest;
  }
}
