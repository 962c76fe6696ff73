import { expect } from '@jest/globals';

/** What every attack must leave behind: in the ledger each event once, in the topic no gap and the newest at the end. */
export const nothingWrong = {
  handled: expect.objectContaining({ lost: 0, repeated: 0, outOfOrder: 0, staleAtTheEnd: 0 }),
  topic: expect.objectContaining({ lost: 0, outOfOrder: 0, staleAtTheEnd: 0 }),
};
