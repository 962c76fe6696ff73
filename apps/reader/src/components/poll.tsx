import type { Part, Poll } from '../gateway/answers.js';
import { missing, STALE, votesText } from './words.js';

/** A refused form: the reason, and what was chosen. */
export interface RefusedVote {
  readonly refusal: string;
  readonly optionId: string;
}

interface PollProps {
  readonly poll: Part<Poll>;
  readonly slug: string;
  readonly refused?: RefusedVote;
  /** Confirmation of the form that was just sent. */
  readonly thanks?: string;
}

type Option = Poll['options'][number];

/** The bar is drawn with attributes, since the page allows no inline styles. */
const Result = ({ option, votes }: { option: Option; votes: number }) => {
  const share = votes > 0 ? Math.round((option.votes / votes) * 100) : 0;
  return (
    <>
      <span>{option.text}</span>
      <span class="share">{share} %</span>
      <svg class="bar" height="8" aria-hidden="true">
        <rect width={`${share}%`} height="8" />
      </svg>
    </>
  );
};

export const PollSection = ({ poll: { status, data: poll }, slug, refused, thanks }: PollProps) => {
  if (!poll) return <p class="missing">{missing.poll}</p>;
  const isOpen = poll.state === 'open';
  return (
    <section class="poll" id="umfrage" aria-labelledby="umfrage-frage">
      <h2 id="umfrage-frage">{poll.question}</h2>
      {thanks && <p role="status">{thanks}</p>}
      {refused && <p role="alert">{refused.refusal}</p>}
      {status === 'stale' && <p class="missing">{STALE}</p>}
      {isOpen ? (
        <form method="post" action={`/a/${slug}/polls/${poll.id}#umfrage`}>
          <fieldset>
            <legend class="hidden">{poll.question}</legend>
            {poll.options.map((option) => (
              <label class="option">
                <input
                  type="radio"
                  name="optionId"
                  value={option.id}
                  checked={option.id === refused?.optionId}
                  required
                />
                <Result option={option} votes={poll.votes} />
              </label>
            ))}
          </fieldset>
          <button type="submit">Abstimmen</button>
        </form>
      ) : (
        <ul>
          {poll.options.map((option) => (
            <li class="option">
              <Result option={option} votes={poll.votes} />
            </li>
          ))}
        </ul>
      )}
      <p class="count">
        {votesText(poll.votes)}
        {!isOpen && ' · Umfrage geschlossen'}
      </p>
    </section>
  );
};
