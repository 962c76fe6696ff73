import { v7 as uuidv7 } from 'uuid';
import {
  encodeEvent,
  type ArticleSnapshot,
  type DataOf,
  type EncodedMessage,
  type EventContract,
  type PollSnapshot,
  type PublicComment,
} from '#events';

/** Complete, valid values: a test states only what it is about. */

export const anId = (): string => uuidv7();

export const someIds = (count: number): string[] => Array.from({ length: count }, anId);

const TIME = '2026-11-02T08:30:00.000Z';

export function anArticleSnapshot(overrides: Partial<ArticleSnapshot> = {}): ArticleSnapshot {
  const id = overrides.id ?? anId();
  return {
    id,
    slug: `artikel-${id}`,
    kicker: 'Seewilen',
    headline: 'Die Fähre fährt wieder',
    lead: 'Nach drei Wochen Pause legt die Fähre wieder ab.',
    byline: [{ id: anId(), slug: 'lia-muster', name: 'Lia Muster' }],
    dateline: { place: 'Seewilen', time: TIME },
    leadPicture: {
      url: 'https://pictures.example/faehre.svg',
      width: 1200,
      height: 800,
      alt: 'Eine Fähre',
      credit: 'Redaktion',
    },
    body: [{ type: 'paragraph', runs: [{ text: 'Um acht Uhr ging es los.' }] }],
    section: { id: anId(), slug: 'news', name: 'News' },
    topics: [],
    places: [],
    access: 'free',
    label: 'none',
    publishedAt: TIME,
    updatedAt: TIME,
    ...overrides,
  };
}

export const aPublicComment = (overrides: Partial<PublicComment> = {}): PublicComment => ({
  id: anId(),
  articleId: anId(),
  alias: 'User #4529',
  text: 'Endlich!',
  createdAt: TIME,
  ...overrides,
});

export const aPollSnapshot = (overrides: Partial<PollSnapshot> = {}): PollSnapshot => ({
  id: anId(),
  articleId: anId(),
  question: 'Fahren Sie mit?',
  options: [
    { id: anId(), text: 'Ja', votes: 0 },
    { id: anId(), text: 'Nein', votes: 0 },
  ],
  votes: 0,
  openedAt: TIME,
  ...overrides,
});

/** The request with which editors create an article; it names authors and terms by slug. */
export const anArticleRequest = (overrides: Record<string, unknown> = {}): Record<string, unknown> => {
  const { kicker, headline, lead, dateline, leadPicture, body, access, label } = anArticleSnapshot();
  const text = { kicker, headline, lead, dateline, leadPicture, body, access, label };
  return { ...text, authors: ['lia-muster'], section: 'news', topics: [], places: [], ...overrides };
};

/** An event as it is stored in the log. */
export function anEncodedEvent<Contract extends EventContract>(
  contract: Contract,
  {
    subject,
    data,
    id = anId(),
    source = '/newsroom/test',
  }: { subject: string; data: DataOf<Contract>; id?: string; source?: string },
): EncodedMessage {
  return encodeEvent({ id, type: contract.type, source, subject, time: TIME, data });
}

let offsets = 0;

/** An event as a subscriber receives it, each at an offset of its own. */
export const aReceivedEvent = <Contract extends EventContract>(
  contract: Contract,
  event: Parameters<typeof anEncodedEvent<Contract>>[1],
) => ({
  ...anEncodedEvent(contract, event),
  topic: contract.topic,
  partition: 0,
  offset: String(++offsets),
});
