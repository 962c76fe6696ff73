/** Words of the reader's page, in German as written in Switzerland. */

const day = new Intl.DateTimeFormat('de-CH', {
  timeZone: 'Europe/Zurich',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** «23. November 2026, 19:05 Uhr»; empty for what is no time. */
export function timeText(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : `${day.format(date).replace(' um ', ', ')} Uhr`;
}

const number = new Intl.NumberFormat('de-CH');

/** «11 Interaktionen», «1 Interaktion», nothing at 0. */
export function interactionsText(total: number): string {
  if (total === 0) return '';
  return total === 1 ? '1 Interaktion' : `${number.format(total)} Interaktionen`;
}

export const votesText = (votes: number): string =>
  votes === 1 ? '1 Stimme' : `${number.format(votes)} Stimmen`;

/** What stands on an article or a slot that somebody paid for. */
export const labelTexts = {
  article: { paid: 'Bezahlt', partner: 'Partner-Inhalt' },
  slot: { paid: 'Anzeige', partner: 'Partner-Inhalt' },
} as const;

/** What stands in place of a part of the page that is unavailable, or beside one that is stale. */
export const missing = {
  comments: 'Die Kommentare sind zurzeit nicht verfügbar.',
  poll: 'Die Umfrage ist zurzeit nicht verfügbar.',
  rails: 'Weitere Artikel sind zurzeit nicht verfügbar.',
} as const;
/** What stands where the free part of a paid article ends. */
export const RESTRICTED = 'Der Rest dieses Artikels ist für Abonnentinnen und Abonnenten.';
export const STALE = 'Dieser Teil der Seite ist womöglich nicht auf dem neuesten Stand.';

/** Nothing was stored. */
const BUSY = 'Zurzeit ist hier viel los. Bitte versuchen Sie es in einer Minute noch einmal.';

const refusals: Readonly<Record<string, string>> = {
  'comments.closed': 'Dieser Artikel nimmt zurzeit keine Kommentare an.',
  'comment.repeated': 'Das haben Sie hier schon geschrieben.',
  'comment.empty': 'Bitte schreiben Sie etwas.',
  'comment.too-long': 'Der Text ist zu lang (höchstens 2000 Zeichen).',
  'comments.busy': BUSY,
  'poll.busy': BUSY,
  'service.busy': BUSY,
  'gateway.busy': BUSY,
  'service.unavailable': BUSY,
  'comment.unknown-parent': 'Der Kommentar, auf den Sie antworten, ist nicht mehr da.',
  'request.invalid': 'Der Text ist leer oder zu lang (höchstens 2000 Zeichen).',
  'poll.unknown': 'Diese Umfrage gibt es nicht.',
  'poll.retracted': 'Diese Umfrage ist geschlossen.',
  'poll.closed': 'Diese Umfrage ist geschlossen.',
  'poll.not-open': 'Diese Umfrage ist geschlossen.',
  'poll.unknown-option': 'Bitte wählen Sie eine Antwort.',
  'request.too-many': 'Das waren viele Versuche. Bitte warten Sie einen Moment.',
  'outcome.unknown':
    'Es ist unklar, ob das angekommen ist. Bitte laden Sie die Seite neu und sehen Sie nach, bevor Sie es noch einmal versuchen.',
  'gateway.unavailable':
    'Die Redaktion ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.',
};

/** What a reader is told when the gateway refuses. */
export const refusalText = (code: string): string =>
  refusals[code] ?? 'Das hat leider nicht geklappt. Bitte versuchen Sie es später noch einmal.';

const linkOf = (link: string, protocols: RegExp): string | undefined =>
  URL.canParse(link) && protocols.test(new URL(link).protocol) ? link : undefined;

/** Only links that lead somewhere and run nothing. */
export const safeLink = (link: string): string | undefined => linkOf(link, /^(https?|mailto):$/);

/** For pictures and sold links: the web and nothing else. */
export const webUrl = (url: string): string | undefined => linkOf(url, /^https?:$/);
