import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { CONFIG, LOGGER, type Logger } from '#platform';
import { pruneInbox } from './inbox.js';
import type { MessagingConfig } from './settings.js';

const HOUR = 60 * 60 * 1000;

/** Keeps the inbox from growing forever. Version guards catch a redelivery after the retention, see `unlessNewer`. */
@Injectable()
export class Pruning extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: MessagingConfig,
    @Inject(LOGGER) log: Logger,
  ) {
    super('pruning', HOUR, log);
  }

  protected async round(): Promise<boolean> {
    return (await pruneInbox(this.db.manager, this.config.inboxRetentionDays)) > 0;
  }
}
