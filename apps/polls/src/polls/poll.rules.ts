import { refuse } from '../problems.js';
import type { Poll } from './poll.entity.js';

/** Decisions about a poll: its state in, the change or a refusal out. */

type Change = Partial<
  Pick<Poll, 'state' | 'articleId' | 'articleRetracted' | 'openedAt' | 'closedAt' | 'rev' | 'hasNewBallots'>
>;

/** Opens a draft for the article it stands in; any other poll stays as it is. */
export function open(poll: Poll, articleId: string, now: Date): Change | undefined {
  if (poll.state !== 'draft') return undefined;
  return { state: 'open', articleId, openedAt: now, rev: poll.rev + 1 };
}

/** Ends voting; a closed poll stays as it is. @throws Refused `poll.not-open` for a draft. */
export function close(poll: Poll, now: Date): Change | undefined {
  if (poll.state === 'draft') throw refuse('poll.not-open', { state: poll.state });
  if (poll.state === 'closed') return undefined;
  return { state: 'closed', closedAt: now, rev: poll.rev + 1, hasNewBallots: false };
}

export interface Vote {
  /** Who loses a ballot, and who wins one; nothing at all when the choice is the same as before. */
  readonly from?: string;
  readonly to?: string;
}

/** @throws Refused `poll.unknown`, `poll.retracted`, `poll.not-open`, `poll.unknown-option`. */
export function vote(poll: Poll | null, optionId: string, earlier: string | undefined): Vote {
  if (!poll) throw refuse('poll.unknown');
  assertShown(poll);
  if (poll.state !== 'open') throw refuse('poll.not-open', { state: poll.state });
  if (!poll.options.some(({ id }) => id === optionId)) throw refuse('poll.unknown-option');
  return earlier === optionId ? {} : { from: earlier, to: optionId };
}

/** @throws Refused `poll.unknown` for a draft, `poll.retracted` when its article was taken down. */
export function assertShown(poll: Poll): void {
  if (poll.state === 'draft') throw refuse('poll.unknown');
  if (poll.articleRetracted) throw refuse('poll.retracted');
}
