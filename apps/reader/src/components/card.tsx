import type { Card, Hit, Picture, Range, Summary } from '../gateway/answers.js';
import { webUrl } from './links.js';
import { interactionsText, labelTexts } from './words.js';

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
  /** Who paid, if known. */
  readonly sponsor?: string;
}

/** Marks paid content, which must always have a label. */
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

/** A text with the matches of a search marked. */
const Marked = ({ text, ranges }: { text: string; ranges: readonly Range[] }) => (
  <>
    {ranges.map(({ start, end }, i) => (
      <>
        {text.slice(ranges[i - 1]?.end ?? 0, start)}
        <mark>{text.slice(start, end)}</mark>
      </>
    ))}
    {text.slice(ranges.at(-1)?.end ?? 0)}
  </>
);

export const HitCard = ({ hit }: { hit: Hit }) => (
  <li class={cardClass(hit.label)}>
    <a href={`/a/${hit.slug}`}>
      <Image picture={hit.picture} />
      <div>
        <Label label={hit.label} />
        <Kicker kicker={hit.kicker} access={hit.access} />
        <h2>
          <Marked text={hit.headline} ranges={hit.highlights.headline} />
        </h2>
        <p>
          {hit.excerpt ? (
            <Marked text={`… ${hit.excerpt.text} …`} ranges={hit.excerpt.ranges.map(afterDots)} />
          ) : (
            <Marked text={hit.lead} ranges={hit.highlights.lead} />
          )}
        </p>
        <Count total={hit.interactions} />
      </div>
    </a>
  </li>
);

const afterDots = ({ start, end }: Range): Range => ({ start: start + 2, end: end + 2 });

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
