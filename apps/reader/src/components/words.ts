/** The texts of the site, in Swiss Standard German. */

const day = new Intl.DateTimeFormat('de-CH', {
  timeZone: 'Europe/Zurich',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** Such as `23. November 2026, 19:05 Uhr`; empty for an invalid time. */
export function timeText(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : `${day.format(date).replace(' um ', ', ')} Uhr`;
}

const number = new Intl.NumberFormat('de-CH');

/** Such as `11 Interaktionen` or `1 Interaktion`; empty at 0. */
export function interactionsText(total: number): string {
  if (total === 0) return '';
  return total === 1 ? '1 Interaktion' : `${number.format(total)} Interaktionen`;
}

export const votesText = (votes: number): string =>
  votes === 1 ? '1 Stimme' : `${number.format(votes)} Stimmen`;

/** Labels of articles and slots that somebody paid for. */
export const labelTexts = {
  article: { paid: 'Bezahlt', partner: 'Partner-Inhalt' },
  slot: { paid: 'Anzeige', partner: 'Partner-Inhalt' },
} as const;

/** Texts in place of unavailable parts of the page. */
export const missing = {
  comments: 'Die Kommentare sind zurzeit nicht verfügbar.',
  poll: 'Die Umfrage ist zurzeit nicht verfügbar.',
  rails: 'Weitere Artikel sind zurzeit nicht verfügbar.',
} as const;
/** Text in a stale part of the page. */
export const STALE = 'Dieser Teil der Seite ist womöglich nicht auf dem neuesten Stand.';
/** Text at the end of the free part of a paid article. */
export const RESTRICTED = 'Der Rest dieses Artikels ist für Abonnentinnen und Abonnenten.';

/** For refusals after which nothing was stored and a retry can succeed. */
const BUSY = 'Zurzeit ist hier viel los. Bitte versuchen Sie es in einer Minute noch einmal.';
const TOO_LONG = 'Der Text ist zu lang (höchstens 2000 Zeichen).';
const POLL_CLOSED = 'Diese Umfrage ist geschlossen.';

/** Texts for the problem codes with which a comment or a ballot can be refused. */
export const refusalTexts: Readonly<Record<string, string>> = {
  'article.retracted': 'Dieser Artikel wurde zurückgezogen.',
  'article.unknown': 'Diesen Artikel gibt es nicht.',
  'comment.empty': 'Bitte schreiben Sie etwas.',
  'comment.repeated': 'Das haben Sie hier schon geschrieben.',
  'comment.too-long': TOO_LONG,
  'comment.unknown-parent': 'Der Kommentar, auf den Sie antworten, ist nicht mehr da.',
  'comments.busy': BUSY,
  'comments.closed': 'Dieser Artikel nimmt zurzeit keine Kommentare an.',
  'gateway.busy': BUSY,
  'outcome.unknown':
    'Es ist unklar, ob das angekommen ist. Bitte laden Sie die Seite neu und sehen Sie nach, bevor Sie es noch einmal versuchen.',
  'poll.busy': BUSY,
  'poll.not-open': POLL_CLOSED,
  'poll.retracted': POLL_CLOSED,
  'poll.unknown': 'Diese Umfrage gibt es nicht.',
  'poll.unknown-option': 'Bitte wählen Sie eine Antwort.',
  'request.invalid': 'Der Text ist leer oder zu lang (höchstens 2000 Zeichen).',
  'request.too-large': TOO_LONG,
  'request.too-many': 'Das waren viele Versuche. Bitte warten Sie einen Moment.',
  'service.busy': BUSY,
  'service.unavailable': BUSY,
};

/** Codes of this service itself, for when the gateway gives no usable answer. */
const ownTexts: Readonly<Record<string, string>> = {
  'gateway.unavailable':
    'Die Redaktion ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.',
};

/** The text for a problem code of the gateway or of this service. */
export const refusalText = (code: string): string =>
  refusalTexts[code] ??
  ownTexts[code] ??
  'Das hat leider nicht geklappt. Bitte versuchen Sie es später noch einmal.';
