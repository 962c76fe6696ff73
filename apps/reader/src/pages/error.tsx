import { page } from '../components/layout.js';
import type { Term } from '../gateway/answers.js';

const texts: Readonly<Record<number, readonly [title: string, text: string]>> = {
  403: ['Nicht erlaubt', 'Formulare nehmen wir nur von unseren eigenen Seiten an.'],
  404: ['Nicht gefunden', 'Diese Seite gibt es nicht. Vielleicht hilft die Startseite weiter.'],
  410: ['Nicht mehr da', 'Dieser Artikel wurde zurückgezogen.'],
  422: ['Nicht gefunden', 'Diese Adresse stimmt nicht ganz. Vielleicht hilft die Startseite weiter.'],
  503: ['Gleich wieder da', 'Die Redaktion ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.'],
};

/** @param note what the newsroom says about a retraction. */
export function errorPage(status: number, sections: readonly Term[], note?: string): string {
  const [title, text] = texts[status] ?? ['Etwas ist schiefgegangen', 'Bitte versuchen Sie es später noch einmal.'];
  return page({
    title: `${title} – Seeblatt`,
    sections,
    children: (
      <article>
        <h1>{title}</h1>
        <p class="intro">{text}</p>
        {note && <p>{note}</p>}
        <p>
          <a href="/">Zur Startseite</a>
        </p>
      </article>
    ),
  });
}
