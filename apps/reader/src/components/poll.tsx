import type { Poll } from '../gateway/answers.js';
import { votesText } from './text.js';

export const PollForm = ({ poll, slug, refusal }: { poll: Poll | null; slug: string; refusal?: string }) => {
  if (!poll) return <p class="missing">Die Umfrage ist zurzeit nicht verfügbar.</p>;
  const isOpen = poll.state === 'open';
  return (
    <section class="poll" id="umfrage" aria-labelledby="umfrage-frage">
      <h2 id="umfrage-frage">{poll.question}</h2>
      {refusal && <p role="alert">{refusal}</p>}
      <form method="post" action={`/a/${slug}/polls/${poll.id}`}>
        <fieldset disabled={!isOpen}>
          <legend class="hidden">{poll.question}</legend>
          {poll.options.map((option) => {
            const share = poll.votes > 0 ? Math.round((option.votes / poll.votes) * 100) : 0;
            return (
              <label>
                <input type="radio" name="optionId" value={option.id} required />
                <span>{option.text}</span>
                <meter min={0} max={100} value={share} aria-hidden="true" />
                <span class="share">{share} %</span>
              </label>
            );
          })}
          {isOpen && <button type="submit">Abstimmen</button>}
        </fieldset>
      </form>
      <p class="count">
        {votesText(poll.votes)}
        {!isOpen && ' · Umfrage geschlossen'}
      </p>
    </section>
  );
};
