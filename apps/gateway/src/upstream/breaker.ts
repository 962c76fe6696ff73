interface BreakerLimits {
  /** Consecutive failed calls that open it. */
  readonly failures: number;
  /** Milliseconds until it lets one call through again. */
  readonly rest: number;
}

/**
 * Circuit breaker: stops calls to a service after several calls in a row failed, so that pages do not wait for the
 * deadline each time. After a rest it lets one call through as a probe; an answer closes the breaker.
 */
export class Breaker {
  private failures = 0;
  private restsUntil = 0;

  constructor(
    private readonly limits: BreakerLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether a call may be sent now. While the breaker is open, true admits one probe. */
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
