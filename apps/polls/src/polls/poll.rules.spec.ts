import { describe, expect, it } from '@jest/globals';
import type { Poll, PollState } from './poll.entity.js';
import { close, open, requireOpen, requirePublic } from './poll.rules.js';

const now = new Date('2026-11-02T09:00:00Z');
const aPoll = (state: PollState, overrides: Partial<Poll> = {}): Poll =>
  ({ state, rev: 4, articleRetracted: false, options: [{ id: 'yes' }, { id: 'no' }], ...overrides }) as Poll;

const refusal = (code: string) => expect.objectContaining({ code });

describe('a poll', () => {
  it('opens for the article that contains it', () => {
    expect(open(aPoll('draft'), 'article', now)).toEqual(
      aPoll('open', { articleId: 'article', openedAt: now, rev: 5 }),
    );
  });

  it.each(['open', 'closed'] as const)(
    'that is %s stays as it is when its article is published again',
    (state) => {
      expect(open(aPoll(state), 'other', now)).toBeUndefined();
    },
  );

  it('closes once', () => {
    expect(close(aPoll('open'), now)).toEqual(
      aPoll('closed', { closedAt: now, rev: 5, hasNewBallots: false }),
    );
    expect(close(aPoll('closed'), now)).toBeUndefined();
  });

  it('cannot close before it has opened', () => {
    expect(() => close(aPoll('draft'), now)).toThrow(refusal('poll.not-open'));
  });
});

describe('voting', () => {
  it('is possible in an open poll', () => {
    expect(requireOpen(aPoll('open'))).toEqual(aPoll('open'));
  });

  it.each([
    ['the poll does not exist', null, 'poll.unknown'],
    ['the poll is a draft', aPoll('draft'), 'poll.unknown'],
    ['the poll is closed', aPoll('closed'), 'poll.not-open'],
    ['its article was retracted', aPoll('closed', { articleRetracted: true }), 'poll.retracted'],
  ])('is refused when %s', (_what, poll, code) => {
    expect(() => requireOpen(poll)).toThrow(refusal(code));
  });
});

describe('readers', () => {
  it.each(['open', 'closed'] as const)('see a poll that is %s', (state) => {
    expect(requirePublic(aPoll(state))).toEqual(aPoll(state));
  });

  it.each([
    ['a draft', aPoll('draft'), 'poll.unknown'],
    ['the poll of a retracted article', aPoll('closed', { articleRetracted: true }), 'poll.retracted'],
  ])('do not see %s', (_what, poll, code) => {
    expect(() => requirePublic(poll)).toThrow(refusal(code));
  });
});
