import type { Card, Picture, Summary } from '../gateway/answers.js';
import { interactionsText, labelText, safeLink } from './text.js';

export const Image = ({ picture, eager = false }: { picture: Picture; eager?: boolean }) => (
  <img
    src={safeLink(picture.url)}
    width={picture.width}
    height={picture.height}
    alt={picture.alt}
    loading={eager ? 'eager' : 'lazy'}
    decoding="async"
  />
);

/** Never missing on what is paid for. */
export const Label = ({ label, sponsor }: { label: keyof typeof labelText; sponsor?: string }) =>
  label === 'none' ? null : (
    <p class="label">
      {labelText[label]}
      {sponsor && ` · ${sponsor}`}
    </p>
  );

const Count = ({ total }: { total: number }) => (total > 0 ? <p class="count">{interactionsText(total)}</p> : null);

export const RailCard = ({ card }: { card: Card }) => (
  <li class={`card ${card.label === 'none' ? '' : 'sold'}`}>
    <a href={card.type === 'article' ? `/a/${card.slug}` : safeLink(card.url)} rel={card.type === 'slot' ? 'sponsored noopener' : undefined}>
      <Image picture={card.picture} />
      <Label label={card.label} sponsor={card.type === 'slot' ? card.sponsor : undefined} />
      <p class="kicker">{card.kicker}</p>
      <h3>{card.headline}</h3>
      {card.type === 'article' && <Count total={card.interactions} />}
    </a>
  </li>
);

export const SummaryCard = ({ summary, isLead = false }: { summary: Summary; isLead?: boolean }) => (
  <li class={`card ${isLead ? 'lead' : ''} ${summary.label === 'none' ? '' : 'sold'}`}>
    <a href={`/a/${summary.slug}`}>
      <Image picture={summary.picture} eager={isLead} />
      <div>
        <Label label={summary.label} />
        <p class="kicker">
          {summary.kicker}
          {summary.access === 'paid' && <span class="paid">Abo</span>}
        </p>
        <h2>{isLead ? summary.headline : (summary.shortHeadline ?? summary.headline)}</h2>
        {isLead && <p>{summary.lead}</p>}
        <Count total={summary.interactions} />
      </div>
    </a>
  </li>
);
