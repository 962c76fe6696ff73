import { CommentForm } from '../components/comments.js';
import { page } from '../components/layout.js';
import type { Term } from '../gateway/answers.js';
import type { Outcome } from './article.js';

const texts: Readonly<Record<number, readonly [title: string, text: string]>> = {
  403: ['Nicht erlaubt', 'Formulare nehmen wir nur von unseren eigenen Seiten an.'],
  404: ['Nicht gefunden', 'Diese Seite gibt es nicht. Vielleicht hilft die Startseite weiter.'],
  410: ['Nicht mehr da', 'Dieser Artikel wurde zurückgezogen.'],
  429: ['Einen Moment', 'Das waren viele Anfragen. Bitte versuchen Sie es in einer Minute noch einmal.'],
  503: [
    'Gleich wieder da',
    'Die Redaktion ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.',
  ],
};

interface ErrorProps {
  readonly siteName: string;
  readonly status: number;
  readonly sections: readonly Term[];
  /** The newsroom's note to readers about a retraction. */
  readonly note?: string;
}

export function errorPage({ siteName, status, sections, note }: ErrorProps): string {
  const [title, text] = texts[status] ?? [
    'Etwas ist schiefgegangen',
    'Bitte versuchen Sie es später noch einmal.',
  ];
  return page({
    siteName,
    title,
    sections,
    children: (
      <article>
        <h1>{title}</h1>
        <p class="intro">{text}</p>
        {note && <p class="note">{note}</p>}
        <p class="more">
          <a href="/">Zur Startseite</a>
        </p>
      </article>
    ),
  });
}

/** The answer to a refused form when the article is unavailable as well. Keeps the typed comment. */
export const unsentPage = (siteName: string, slug: string, { refusedComment }: Outcome): string =>
  page({
    siteName,
    title: 'Nicht gesendet',
    sections: [],
    children: (
      <article class="comments">
        <h1>Nicht gesendet</h1>
        <p class="intro">{texts[503]?.[1]}</p>
        {refusedComment && (
          <CommentForm slug={slug} parentId={refusedComment.parentId} refused={refusedComment} />
        )}
        <p class="more">
          <a href={`/a/${slug}`}>Zurück zum Artikel</a>
        </p>
      </article>
    ),
  });
