import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { Worker } from './worker.js';

/** A provider that works in the background, in rounds, while its service runs. */
export abstract class BackgroundWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  protected readonly worker: Worker;

  /** @param every milliseconds between rounds unless it is woken. */
  constructor(name: string, every: number, log: Logger) {
    this.worker = new Worker({ name, log, every, round: (signal) => this.round(signal) });
  }

  /** @returns true when there is more to do at once, or the milliseconds until the next round is due. */
  protected abstract round(signal: AbortSignal): Promise<boolean | number>;

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** Finishes the round in progress; what is left waits for the next start or another replica. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }
}
