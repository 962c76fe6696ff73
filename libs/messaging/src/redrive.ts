import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { failureKind, LOGGER, type Logger } from '#platform';
import {
  claimRedrive,
  dropDeadLetters,
  postponeRedrive,
  recordFailedRedrive,
  type DeadLetter,
} from './dead-letters.js';
import { Delivery } from './delivery.js';

/** Milliseconds between polls for requests of operators. */
const POLL = 1_000;

/** Handles dead letters again when an operator asks for it. The same transaction deletes a letter that succeeds. */
@Injectable()
export class Redrive extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly delivery: Delivery,
    @Inject(LOGGER) log: Logger,
  ) {
    super('redrive', POLL, log);
  }

  protected async round(): Promise<boolean> {
    let letter: DeadLetter | undefined;
    try {
      await this.db.transaction(async (tx) => {
        letter = await claimRedrive(tx);
        if (!letter) return;
        await this.delivery.redeliver(tx, letter);
        await dropDeadLetters(tx, [letter.id]);
      });
    } catch (error) {
      if (!letter) throw error;
      await this.keep(letter, error);
    }
    return letter !== undefined;
  }

  /** @throws `error` when the letter is not at fault: its request stays, behind the others, and the worker waits. */
  private async keep({ id }: DeadLetter, error: unknown): Promise<void> {
    if (failureKind(error) === 'permanent') return recordFailedRedrive(this.db.manager, id, error);
    await postponeRedrive(this.db.manager, id);
    throw error;
  }
}
