import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LOGGER, Worker, type Logger } from '#platform';
import { Interactions } from './interactions.js';

/** Milliseconds between rounds, and with it between two events about one article. */
const EVERY = 1_000;
const BATCH = 500;

/** Publishes changed counts, at most once a second an article, however many comments and votes there were. */
@Injectable()
export class Telling implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: Worker;

  constructor(db: DataSource, interactions: Interactions, @Inject(LOGGER) log: Logger) {
    const round = async () => {
      await db.transaction((tx) => interactions.tellChanges(tx, BATCH));
      return false;
    };
    this.worker = new Worker({ name: 'telling', log, every: EVERY, round });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }
}
