import { expect } from '@jest/globals';

/** The state after every attack: each event once in the ledger; in the topic no gap, and the newest version last. */
export const nothingWrong = {
  handled: expect.objectContaining({ lost: 0, repeated: 0, outOfOrder: 0, staleAtTheEnd: 0 }),
  topic: expect.objectContaining({ lost: 0, outOfOrder: 0, staleAtTheEnd: 0 }),
};
