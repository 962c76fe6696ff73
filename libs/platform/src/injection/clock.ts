import { Injectable } from '@nestjs/common';

/** The time, as a dependency: tests set it, rules get it handed in. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
