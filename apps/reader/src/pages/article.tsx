import { Body, Figure } from '../components/body.js';
import { Image, Label, RailCard } from '../components/card.js';
import { CommentSection, type RefusedComment } from '../components/comments.js';
import { page } from '../components/layout.js';
import { PollForm } from '../components/poll.js';
import { interactionsText, timeText } from '../components/text.js';
import type { Article, Page, Rails, Term } from '../gateway/answers.js';

export interface Refusals {
  readonly comment?: RefusedComment;
  readonly vote?: string;
}

const Byline = ({ article }: { article: Article }) => (
  <div class="byline">
    {article.byline.map(({ name, role, portrait }) => (
      <div class="author">
        {portrait && <Image picture={{ url: portrait, width: 48, height: 48, alt: '', credit: '' }} />}
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

const RailList = ({ rails }: { rails: Rails | null }) => (
  <>
    {rails?.rails.map(({ kind, title, cards }) => (
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

export function articlePage({ article, poll, ...parts }: Page, sections: readonly Term[], refusals: Refusals = {}): string {
  const { data } = article;
  const total = parts.interactions.data?.total ?? 0;
  return page({
    title: `${data.headline} – Seeblatt`,
    description: data.lead,
    sections,
    current: data.section.slug,
    children: (
      <>
        <article>
          <Label label={data.label} />
          <p class="kicker">
            {data.kicker}
            {data.access === 'paid' && <span class="paid">Abo</span>}
          </p>
          <h1>{data.headline}</h1>
          <p class="intro">{data.lead}</p>
          <Byline article={data} />
          {total > 0 && <p class="count">{interactionsText(total)}</p>}
          <Figure picture={data.leadPicture} eager />
          <Body blocks={data.body} poll={<PollForm poll={poll.data} slug={data.slug} refusal={refusals.vote} />} />
          <CommentSection comments={parts.comments.data} slug={data.slug} refused={refusals.comment} />
        </article>
        <RailList rails={parts.rails.data} />
      </>
    ),
  });
}
