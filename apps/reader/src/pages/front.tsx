import { SummaryCard } from '../components/card.js';
import { page } from '../components/layout.js';
import type { List, Term } from '../gateway/answers.js';

interface FrontProps {
  readonly siteName: string;
  readonly list: List;
  readonly sections: readonly Term[];
  /** The section; undefined on the front page of the site. */
  readonly current?: Term;
  readonly isFirst: boolean;
}

export const frontPage = ({ siteName, list, sections, current, isFirst }: FrontProps): string =>
  page({
    siteName,
    title: current?.name,
    sections,
    current: current?.slug,
    children: (
      <>
        <h1 class={current ? 'section' : 'hidden'}>{current?.name ?? siteName}</h1>
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
