import { refuse } from '../problems.js';
import {
  isOpen,
  isOpened,
  type ClosedPoll,
  type OpenedPoll,
  type OpenPoll,
  type Poll,
} from './poll.entity.js';

/** Decisions about a poll: state in, new state or refusal out. */

/** Opens a draft for the article that contains it. @returns undefined, for no change, if it is not a draft. */
export function open(poll: Poll, articleId: string, now: Date): OpenPoll | undefined {
  if (isOpened(poll)) return undefined;
  return { ...poll, state: 'open', articleId, openedAt: now, rev: poll.rev + 1 };
}

/**
 * Ends voting.
 * @returns undefined, for no change, if it is closed. @throws Refused `poll.not-open` for a draft.
 */
export function close(poll: Poll, now: Date): ClosedPoll | undefined {
  if (!isOpened(poll)) throw refuse('poll.not-open', { state: poll.state });
  if (!isOpen(poll)) return undefined;
  return { ...poll, state: 'closed', closedAt: now, rev: poll.rev + 1, hasNewBallots: false };
}

/** @throws Refused `poll.unknown` for a draft, `poll.retracted` when its article was retracted. */
export function requirePublic(poll: Poll | null): OpenedPoll {
  if (!poll || !isOpened(poll)) throw refuse('poll.unknown');
  if (poll.articleRetracted) throw refuse('poll.retracted');
  return poll;
}

/** @throws Refused `poll.unknown`, `poll.retracted`, `poll.not-open`. */
export function requireOpen(poll: Poll | null): OpenPoll {
  const opened = requirePublic(poll);
  if (!isOpen(opened)) throw refuse('poll.not-open', { state: opened.state });
  return opened;
}
