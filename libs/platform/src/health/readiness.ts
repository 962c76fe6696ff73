/** Whether a service should get requests, and if not, why. */
export class Readiness {
  private state: 'starting' | 'ready' | 'stopping' = 'starting';
  private waitingFor = 'The service is starting.';

  /** Why the service should not get requests now, as one sentence; undefined when it should. */
  get reason(): string | undefined {
    if (this.state === 'ready') return undefined;
    return this.state === 'starting' ? this.waitingFor : 'The service is stopping.';
  }

  /** @param what one sentence, such as "The database does not answer." */
  waiting(what: string): void {
    this.waitingFor = what;
  }

  started(): void {
    if (this.state === 'starting') this.state = 'ready';
  }

  stopping(): void {
    this.state = 'stopping';
  }
}
