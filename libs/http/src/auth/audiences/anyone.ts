import { Injectable } from '@nestjs/common';
import type { Caller } from '#platform';
import { declareAudience, type Audience } from '../audience.js';

const NOBODY_KNOWN: Caller = {};

@Injectable()
export class Anyone implements Audience<undefined> {
  recognize(): Caller {
    return NOBODY_KNOWN;
  }
}

/** The route is for anyone; its caller stays unknown. */
export const ForAnyone = () => declareAudience(Anyone, undefined);
