import { HitCard } from '../components/card.js';
import { page } from '../components/layout.js';
import type { Hits, Term } from '../gateway/answers.js';

interface SearchProps {
  readonly siteName: string;
  readonly q: string;
  readonly order: 'date' | undefined;
  /** Undefined if the query is empty. */
  readonly hits: Hits | undefined;
  readonly sections: readonly Term[];
  readonly isFirst: boolean;
}

export const searchPage = ({ siteName, q, order, hits, sections, isFirst }: SearchProps): string =>
  page({
    siteName,
    title: q ? `«${q}» – Suche` : 'Suche',
    sections,
    current: 'suche',
    children: (
      <>
        <h1 class="section">Suche</h1>
        <form class="find" action="/suche" role="search">
          <input type="search" name="q" value={q} maxLength={200} aria-label="Suchbegriff" required />
          <button>Suchen</button>
        </form>
        {hits && hits.items.length === 0 && <p class="missing">Dazu haben wir nichts gefunden.</p>}
        {hits?.similar && hits.items.length > 0 && (
          <p class="missing">Genau so haben wir nichts gefunden. Das hier ist ähnlich geschrieben:</p>
        )}
        {hits && hits.total > 0 && (
          <p class="more">
            {hits.total} {hits.total === 1 ? 'Treffer' : 'Treffer, '}
            {hits.total > 1 && (
              <a href={linkTo({ q, order: order ? undefined : 'date' })}>
                {order ? 'beste zuerst' : 'neueste zuerst'}
              </a>
            )}
          </p>
        )}
        <ul class="grid">
          {hits?.items.map((hit) => (
            <HitCard hit={hit} />
          ))}
        </ul>
        <p class="more">
          {!isFirst && <a href={linkTo({ q, order })}>Erste Treffer</a>}
          {hits?.nextCursor && <a href={linkTo({ q, order, cursor: hits.nextCursor })}>Weitere Treffer</a>}
        </p>
      </>
    ),
  });

const linkTo = ({ q, order, cursor }: { q: string; order?: string | undefined; cursor?: string }): string =>
  `/suche?${new URLSearchParams({ q, ...(order && { order }), ...(cursor && { cursor }) })}`;
