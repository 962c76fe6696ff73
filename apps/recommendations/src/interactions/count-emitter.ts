import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';
import { Interactions } from './interactions.js';

/** Milliseconds between rounds, and with it between two events about one article. */
const EVERY = 1_000;
const BATCH = 500;

/** Publishes changed counts, at most once per second per article, however many comments and votes there were. */
@Injectable()
export class CountEmitter extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly interactions: Interactions,
    @Inject(LOGGER) log: Logger,
  ) {
    super('count-emitter', EVERY, log);
  }

  protected async round(): Promise<boolean> {
    await this.db.transaction((tx) => this.interactions.emitChanges(tx, BATCH));
    return false;
  }
}
