import { Body, Figure } from '../components/body.js';
import { Count, Image, Kicker, Label, RailCard } from '../components/card.js';
import { CommentSection, type RefusedComment } from '../components/comments.js';
import { page } from '../components/layout.js';
import { PollSection, type RefusedVote } from '../components/poll.js';
import { missing, RESTRICTED, STALE, timeText } from '../components/words.js';
import type { Article, Page, Part, Rails, Term } from '../gateway/answers.js';
import type { Sent } from './load-page.js';

/** The refused form, if any. */
export interface Outcome {
  readonly refusedComment?: RefusedComment;
  readonly refusedVote?: RefusedVote;
}

interface View extends Outcome {
  readonly siteName: string;
  readonly sent?: Sent;
  readonly isOlder?: boolean;
}

const Byline = ({ article }: { article: Article }) => (
  <div class="byline">
    {article.byline.map(({ name, role, portrait }) => (
      <div class="author">
        {portrait && <Image picture={{ url: portrait, width: 48, height: 48, alt: '' }} />}
        <span>
          <strong>{name}</strong>
          {role && <small>{role}</small>}
        </span>
      </div>
    ))}
    <p class="when">
      {article.dateline.place && `${article.dateline.place}, `}
      <time dateTime={article.dateline.time}>{timeText(article.dateline.time)}</time>
    </p>
  </div>
);

const Corrections = ({ corrections }: Pick<Article, 'corrections'>) =>
  corrections.length === 0 ? null : (
    <section class="corrections">
      <h2>Korrekturen</h2>
      {corrections.map(({ at, note }) => (
        <p>
          <time dateTime={at}>{timeText(at)}</time>: {note}
        </p>
      ))}
    </section>
  );

const RailList = ({ rails: { status, data } }: { rails: Part<Rails> }) => (
  <>
    {!data && <p class="missing">{missing.rails}</p>}
    {status === 'stale' && <p class="missing">{STALE}</p>}
    {data?.rails.map(({ kind, title, cards }) => (
      <section class="rail" aria-labelledby={`rail-${kind}`}>
        <h2 id={`rail-${kind}`}>{title}</h2>
        <ul class="grid">
          {cards.map((card) => (
            <RailCard card={card} />
          ))}
        </ul>
      </section>
    ))}
  </>
);

export function articlePage(parts: Page, sections: readonly Term[], view: View): string {
  const {
    article: { status, data: article },
    comments,
    poll,
    rails,
    interactions,
  } = parts;
  const { slug } = article;
  const isRefused = view.refusedComment || view.refusedVote;
  // The gateway's answer includes only the first poll of an article; others are shown as unavailable.
  const pollPart = (id: string) =>
    poll.data && poll.data.id !== id ? ({ status: 'unavailable', data: null } as const) : poll;
  return page({
    siteName: view.siteName,
    title: `${isRefused ? 'Nicht gesendet – ' : ''}${article.headline}`,
    description: article.lead,
    picture: article.leadPicture.url,
    sections,
    current: article.section.slug,
    children: (
      <>
        <article>
          <header>
            <Label label={article.label} sponsor={article.sponsor} />
            <Kicker kicker={article.kicker} access={article.access} />
            <h1>{article.headline}</h1>
            <p class="intro">{article.lead}</p>
            <Byline article={article} />
            <Count total={interactions.data?.total ?? 0} />
            {status === 'stale' && <p class="missing">{STALE}</p>}
          </header>
          <Figure picture={article.leadPicture} eager />
          <Body
            blocks={article.body}
            poll={(id) => (
              <PollSection
                poll={pollPart(id)}
                slug={slug}
                refused={view.refusedVote}
                thanks={view.sent === 'vote' ? 'Danke! Ihre Stimme ist gezählt.' : undefined}
              />
            )}
          />
          {article.restricted && <p class="rest">{RESTRICTED}</p>}
          <Corrections corrections={article.corrections} />
          <CommentSection
            comments={comments}
            slug={slug}
            isOlder={view.isOlder}
            refused={view.refusedComment}
            thanks={view.sent === 'comment' ? 'Danke! Ihr Kommentar ist veröffentlicht.' : undefined}
          />
        </article>
        <RailList rails={rails} />
      </>
    ),
  });
}
