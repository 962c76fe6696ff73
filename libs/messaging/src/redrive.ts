import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { failureKind, LOGGER, type Logger } from '#platform';
import {
  claimRedrive,
  dropDeadLetters,
  keepDeadLetter,
  postponeRedrive,
  type DeadLetter,
} from './dead-letters.js';
import { Delivery } from './delivery.js';

/** Milliseconds between looks at the dead letters that an operator wants handled again. */
const LOOK_EVERY = 1_000;

/** Handles requested dead letters once more: what works is gone from them in the same transaction. */
@Injectable()
export class Redrive extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly delivery: Delivery,
    @Inject(LOGGER) log: Logger,
  ) {
    super('redrive', LOOK_EVERY, log);
  }

  protected async round(): Promise<boolean> {
    let failed: { letter: DeadLetter; error: unknown } | undefined;
    const found = await this.db
      .transaction(async (tx) => {
        const letter = await claimRedrive(tx);
        if (!letter) return false;
        failed = { letter, error: undefined };
        await this.delivery.redeliver(tx, letter);
        await dropDeadLetters(tx, [letter.id]);
        return true;
      })
      .catch(async (error: unknown) => {
        // What is not the letter's fault leaves the request; the others go first, after the worker's wait.
        if (!failed) throw error;
        if (failureKind(error) !== 'permanent') {
          await postponeRedrive(this.db.manager, failed.letter.id);
          throw error;
        }
        failed.error = error;
        return true;
      });
    if (failed?.error !== undefined) await keepDeadLetter(this.db.manager, failed.letter.id, failed.error);
    return found;
  }
}
