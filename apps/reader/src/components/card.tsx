import type { Card, Picture, Summary } from '../gateway/answers.js';
import { interactionsText, labelTexts, webUrl } from './text.js';

export const Image = ({ picture, eager = false }: { picture: Omit<Picture, 'credit'>; eager?: boolean }) => (
  <img
    src={webUrl(picture.url)}
    width={picture.width}
    height={picture.height}
    alt={picture.alt}
    loading={eager ? 'eager' : 'lazy'}
    decoding="async"
  />
);

interface LabelProps {
  readonly label: 'none' | 'paid' | 'partner';
  /** Who paid; only slots name one. */
  readonly sponsor?: string;
}

/** Never missing on what is paid for. */
export const Label = ({ label, sponsor }: LabelProps) => {
  if (label === 'none') return null;
  return (
    <p class="label">
      {labelTexts[sponsor === undefined ? 'article' : 'slot'][label]}
      {sponsor && ` · ${sponsor}`}
    </p>
  );
};

export const Kicker = ({ kicker, access = 'free' }: { kicker: string; access?: 'free' | 'paid' }) => (
  <p class="kicker">
    {kicker}
    {access === 'paid' && <span class="access">Abo</span>}
  </p>
);

export const Count = ({ total }: { total: number }) =>
  total > 0 ? <p class="count">{interactionsText(total)}</p> : null;

const cardClass = (label: LabelProps['label']) => (label === 'none' ? 'card' : 'card sold');

export const RailCard = ({ card }: { card: Card }) => (
  <li class={cardClass(card.label)}>
    <a
      href={card.type === 'article' ? `/a/${card.slug}` : webUrl(card.url)}
      rel={card.type === 'slot' ? 'sponsored noopener' : undefined}
    >
      <Image picture={card.picture} />
      <Label label={card.label} sponsor={card.type === 'slot' ? card.sponsor : undefined} />
      <Kicker kicker={card.kicker} access={card.type === 'article' ? card.access : 'free'} />
      <h3>{card.headline}</h3>
      {card.type === 'article' && <Count total={card.interactions} />}
    </a>
  </li>
);

export const SummaryCard = ({ summary, isLead = false }: { summary: Summary; isLead?: boolean }) => (
  <li class={`${cardClass(summary.label)}${isLead ? ' lead' : ''}`}>
    <a href={`/a/${summary.slug}`}>
      <Image picture={summary.picture} eager={isLead} />
      <div>
        <Label label={summary.label} />
        <Kicker kicker={summary.kicker} access={summary.access} />
        <h2>{isLead ? summary.headline : (summary.shortHeadline ?? summary.headline)}</h2>
        {isLead && <p class="intro">{summary.lead}</p>}
        <Count total={summary.interactions} />
      </div>
    </a>
  </li>
);
