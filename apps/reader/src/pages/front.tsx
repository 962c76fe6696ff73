import { SummaryCard } from '../components/card.js';
import { page } from '../components/layout.js';
import type { List, Term } from '../gateway/answers.js';

interface FrontProps {
  readonly list: List;
  readonly sections: readonly Term[];
  /** The section it is the front of; the whole site's without one. */
  readonly current?: Term;
  readonly isFirst: boolean;
}

export const frontPage = ({ list, sections, current, isFirst }: FrontProps): string =>
  page({
    title: current ? `${current.name} – Seeblatt` : 'Seeblatt – was die Region bewegt',
    sections,
    current: current?.slug,
    children: (
      <>
        <h1 class={current ? 'section' : 'hidden'}>{current?.name ?? 'Seeblatt'}</h1>
        {list.items.length === 0 && <p class="missing">Hier ist noch nichts erschienen.</p>}
        <ul class="grid">
          {list.items.map((summary, i) => (
            <SummaryCard summary={summary} isLead={isFirst && i === 0} />
          ))}
        </ul>
        <p class="more">
          {!isFirst && <a href={`/${current?.slug ?? ''}`}>Neueste Artikel</a>}
          {list.nextCursor && (
            <a href={`/${current?.slug ?? ''}?cursor=${encodeURIComponent(list.nextCursor)}`}>
              Ältere Artikel
            </a>
          )}
        </p>
      </>
    ),
  });
