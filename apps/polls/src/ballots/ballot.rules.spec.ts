import { describe, expect, it } from '@jest/globals';
import type { OpenPoll, Poll } from '../polls/poll.entity.js';
import { countBallots, vote } from './ballot.rules.js';

const aPoll = (poll: Partial<Poll> = {}): Poll =>
  ({
    state: 'open',
    articleRetracted: false,
    rev: 4,
    options: [
      { id: 'yes', votes: 1 },
      { id: 'no', votes: 0 },
    ],
    ...poll,
  }) as Poll;
const choice = (voterKey: string, optionId: string) => ({ voterKey, optionId });
const nobody = new Map<string, string>();
const refused = (code: string) => ({ refused: expect.objectContaining({ code }) });

describe('a vote', () => {
  it.each([
    ['cast for the first time adds one', undefined, { from: undefined, to: 'yes' }],
    ['for another option moves the ballot', 'no', { from: 'no', to: 'yes' }],
    ['for the same option changes nothing', 'yes', {}],
  ])('%s', (_what, earlier, expected) => {
    expect(vote(aPoll() as OpenPoll, 'yes', earlier)).toEqual(expected);
  });

  it('is refused for an option that the poll does not have', () => {
    expect(() => vote(aPoll() as OpenPoll, 'maybe', undefined)).toThrow(
      expect.objectContaining({ code: 'poll.unknown-option' }),
    );
  });
});

describe('choices that are counted together', () => {
  it('count as if they had arrived one after the other', () => {
    const choices = [choice('a', 'yes'), choice('b', 'no'), choice('a', 'no'), choice('b', 'no')];
    const { change } = countBallots(aPoll(), choices, nobody);
    expect(change!.ballots).toEqual(
      new Map([
        ['a', 'no'],
        ['b', 'no'],
      ]),
    );
    expect(Object.fromEntries(change!.votes)).toEqual({ yes: 0, no: 2 });
    // One per choice that changed a ballot.
    expect(change!.poll.rev).toBe(4 + 3);
  });

  it('each return the poll with all of them counted', () => {
    const { outcomes, change } = countBallots(aPoll(), [choice('a', 'yes'), choice('b', 'no')], nobody);
    const counted = aPoll({
      rev: 6,
      options: [
        { id: 'yes', votes: 2 },
        { id: 'no', votes: 1 },
      ] as Poll['options'],
    });
    expect(change!.poll).toEqual(counted);
    expect(outcomes).toEqual([{ result: counted }, { result: counted }]);
  });

  it('move a ballot that was cast before', () => {
    const { change } = countBallots(aPoll(), [choice('a', 'no')], new Map([['a', 'yes']]));
    expect(Object.fromEntries(change!.votes)).toEqual({ yes: -1, no: 1 });
  });

  it('change nothing when they repeat an earlier choice', () => {
    const count = countBallots(aPoll(), [choice('a', 'yes')], new Map([['a', 'yes']]));
    expect(count).toEqual({ outcomes: [{ result: aPoll() }] });
  });

  it('are refused individually, and the others count', () => {
    const { outcomes, change } = countBallots(aPoll(), [choice('a', 'maybe'), choice('b', 'yes')], nobody);
    expect(outcomes).toEqual([refused('poll.unknown-option'), { result: change!.poll }]);
    expect(change!.poll.rev).toBe(4 + 1);
  });

  it.each([
    ['the poll does not exist', null, 'poll.unknown'],
    ['the poll is closed', aPoll({ state: 'closed' }), 'poll.not-open'],
    ['its article was retracted', aPoll({ articleRetracted: true }), 'poll.retracted'],
  ])('are all refused when %s', (_what, poll, code) => {
    expect(countBallots(poll, [choice('a', 'yes'), choice('b', 'no')], nobody)).toEqual({
      outcomes: [refused(code), refused(code)],
    });
  });
});
