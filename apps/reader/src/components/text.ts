/** Words of the reader's page, in German as written in Switzerland. */

const day = new Intl.DateTimeFormat('de-CH', {
  timeZone: 'Europe/Zurich',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

export const timeText = (time: string): string => `${day.format(new Date(time)).replace(' um ', ', ')} Uhr`;

const number = new Intl.NumberFormat('de-CH');

/** «11 Interaktionen», «1 Interaktion», nothing at 0. */
export function interactionsText(total: number): string {
  if (total === 0) return '';
  return total === 1 ? '1 Interaktion' : `${number.format(total)} Interaktionen`;
}

export const votesText = (votes: number): string => (votes === 1 ? '1 Stimme' : `${number.format(votes)} Stimmen`);

export const labelText = { none: '', paid: 'Bezahlter Inhalt', partner: 'Partner-Inhalt' } as const;

const refusals: Readonly<Record<string, string>> = {
  'comments.closed': 'Dieser Artikel nimmt zurzeit keine Kommentare an.',
  'comment.repeated': 'Das haben Sie hier schon geschrieben.',
  'comment.empty': 'Bitte schreiben Sie etwas.',
  'comment.unknown-parent': 'Der Kommentar, auf den Sie antworten, ist nicht mehr da.',
  'request.invalid': 'Der Text ist leer oder zu lang (höchstens 2000 Zeichen).',
  'poll.not-open': 'Diese Umfrage ist geschlossen.',
  'poll.unknown-option': 'Bitte wählen Sie eine Antwort.',
  'request.too-many': 'Das waren viele Versuche. Bitte warten Sie einen Moment.',
};

/** What a reader is told when the gateway refuses. */
export const refusalText = (code: string): string =>
  refusals[code] ?? 'Das hat leider nicht geklappt. Bitte versuchen Sie es später noch einmal.';

/** Only links that lead somewhere and run nothing. */
export const safeLink = (link: string): string | undefined =>
  URL.canParse(link) && /^(https?|mailto):$/.test(new URL(link).protocol) ? link : undefined;
