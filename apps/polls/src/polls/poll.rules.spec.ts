import { describe, expect, it } from '@jest/globals';
import type { Poll, PollState } from './poll.entity.js';
import { close, open, vote } from './poll.rules.js';

const now = new Date('2026-11-02T09:00:00Z');
const aPoll = (state: PollState, overrides: Partial<Poll> = {}): Poll =>
  ({ state, rev: 4, articleRetracted: false, options: [{ id: 'yes' }, { id: 'no' }], ...overrides }) as Poll;

const refusal = (code: string) => expect.objectContaining({ code });

describe('a poll', () => {
  it('opens for the article it stands in', () => {
    expect(open(aPoll('draft'), 'article', now)).toEqual({
      state: 'open',
      articleId: 'article',
      openedAt: now,
      rev: 5,
    });
  });

  it.each(['open', 'closed'] as const)('that is %s stays as it is when its article comes again', (state) => {
    expect(open(aPoll(state), 'other', now)).toBeUndefined();
  });

  it('closes once', () => {
    expect(close(aPoll('open'), now)).toEqual({
      state: 'closed',
      closedAt: now,
      rev: 5,
      hasNewBallots: false,
    });
    expect(close(aPoll('closed'), now)).toBeUndefined();
  });

  it('cannot close before it has opened', () => {
    expect(() => close(aPoll('draft'), now)).toThrow(refusal('poll.not-open'));
  });
});

describe('a vote', () => {
  it.each([
    ['for the first time adds one', undefined, { from: undefined, to: 'yes' }],
    ['for another option moves it', 'no', { from: 'no', to: 'yes' }],
    ['for the same option changes nothing', 'yes', {}],
  ])('%s', (_what, earlier, expected) => {
    expect(vote(aPoll('open'), 'yes', earlier)).toEqual(expected);
  });

  it.each([
    ['there is no such poll', null, 'poll.unknown'],
    ['it is a draft', aPoll('draft'), 'poll.unknown'],
    ['it is closed', aPoll('closed'), 'poll.not-open'],
    ['its article was taken down', aPoll('closed', { articleRetracted: true }), 'poll.retracted'],
  ])('is refused when %s', (_what, poll, code) => {
    expect(() => vote(poll, 'yes', undefined)).toThrow(refusal(code));
  });

  it('is refused for an option that is not there', () => {
    expect(() => vote(aPoll('open'), 'maybe', undefined)).toThrow(refusal('poll.unknown-option'));
  });
});
