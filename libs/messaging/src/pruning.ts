import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, LOGGER, Worker, type Logger } from '#platform';
import { pruneInbox } from './inbox.js';
import type { MessagingConfig } from './settings.js';

const HOUR = 60 * 60 * 1000;

/** Keeps the inbox from growing for ever. A delivery later than the retention is caught by the version guards. */
@Injectable()
export class Pruning implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: Worker;

  constructor(db: DataSource, @Inject(CONFIG) config: MessagingConfig, @Inject(LOGGER) log: Logger) {
    const round = async () => (await pruneInbox(db.manager, config.inboxRetentionDays)) > 0;
    this.worker = new Worker({ name: 'pruning', log, every: HOUR, round });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }
}
