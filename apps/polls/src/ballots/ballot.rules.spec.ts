import { describe, expect, it } from '@jest/globals';
import type { Poll } from '../polls/poll.entity.js';
import { countChoices, outcomesOf } from './ballot.rules.js';

const aPoll = (poll: Partial<Poll> = {}): Poll =>
  ({
    state: 'open',
    articleRetracted: false,
    options: [{ id: 'yes' }, { id: 'no' }],
    ...poll,
  }) as Poll;
const choice = (voterKey: string, optionId: string) => ({ voterKey, optionId });
const nobody = new Map<string, string>();

describe('choices that are counted together', () => {
  it('count as if each had come alone', () => {
    const choices = [choice('a', 'yes'), choice('b', 'no'), choice('a', 'no'), choice('b', 'no')];
    const count = countChoices(aPoll(), choices, nobody);
    expect(count.ballots).toEqual(
      new Map([
        ['a', 'no'],
        ['b', 'no'],
      ]),
    );
    expect(Object.fromEntries(count.changes)).toEqual({ yes: 0, no: 2 });
    expect(count.changed).toBe(3);
  });

  it('move a ballot that was cast before', () => {
    const count = countChoices(aPoll(), [choice('a', 'no')], new Map([['a', 'yes']]));
    expect(Object.fromEntries(count.changes)).toEqual({ yes: -1, no: 1 });
  });

  it('change nothing when the same choice comes again', () => {
    const count = countChoices(aPoll(), [choice('a', 'yes')], new Map([['a', 'yes']]));
    expect(count).toMatchObject({ changed: 0, refusals: [undefined] });
  });

  it('are refused one by one, and the others count', () => {
    const poll = aPoll();
    const count = countChoices(poll, [choice('a', 'maybe'), choice('b', 'yes')], nobody);
    expect(outcomesOf(poll, count)).toMatchObject([
      { refused: { code: 'poll.unknown-option' } },
      { result: poll },
    ]);
    expect(count.changed).toBe(1);
  });

  it('are all refused when there is no such poll, or it is closed', () => {
    const codes = (poll: Poll | null) =>
      countChoices(poll, [choice('a', 'yes')], nobody).refusals.map((one) => one?.code);
    expect(codes(null)).toEqual(['poll.unknown']);
    expect(codes(aPoll({ state: 'closed' }))).toEqual(['poll.not-open']);
    expect(codes(aPoll({ articleRetracted: true }))).toEqual(['poll.retracted']);
  });
});
