import { describe, expect, it } from '@jest/globals';
import { render } from 'preact-render-to-string';
import type { Card, Picture, Summary } from '../gateway/answers.js';
import { Body } from './body.js';
import { RailCard, SummaryCard } from './card.js';
import { CommentSection } from './comments.js';
import { PollSection } from './poll.js';

const picture: Picture = {
  url: 'https://example.ch/p.jpg',
  width: 3,
  height: 2,
  alt: 'Ein Hafen',
  credit: 'Foto',
};

const aCard = (change: Partial<Extract<Card, { type: 'article' }>> = {}): Card => ({
  type: 'article',
  slug: 'hafen',
  kicker: 'Hafen',
  headline: 'Neue Mole',
  picture,
  label: 'none',
  access: 'free',
  interactions: 0,
  ...change,
});
const aSlot = (change: Partial<Extract<Card, { type: 'slot' }>> = {}): Card => ({
  type: 'slot',
  kicker: 'Vorsorge',
  headline: 'Die dritte Säule',
  picture,
  label: 'paid',
  sponsor: 'Seebank',
  url: 'https://example.ch/seebank',
  ...change,
});
const aSummary = (change: Partial<Summary> = {}): Summary => ({
  slug: 'hafen',
  kicker: 'Hafen',
  headline: 'Neue Mole',
  lead: 'Der Hafen bekommt eine neue Mole.',
  picture,
  section: { slug: 'news', name: 'News' },
  access: 'free',
  label: 'none',
  interactions: 0,
  ...change,
});

const rail = (card: Card): string => render(<RailCard card={card} />);
const paragraph = (text: string, link?: string): string =>
  render(<Body blocks={[{ type: 'paragraph', runs: [{ text, link }] }]} poll={() => null} />);

describe('a card', () => {
  it.each([
    [11, '11 Interaktionen'],
    [1, '1 Interaktion'],
  ])('with %i interactions shows "%s"', (interactions, text) => {
    expect(rail(aCard({ interactions }))).toContain(`>${text}<`);
  });

  it('groups the digits of many interactions in the Swiss way', () => {
    expect(rail(aCard({ interactions: 1234 }))).toMatch(/>1['’]234 Interaktionen</);
  });

  it('shows no count while there are no interactions', () => {
    expect(rail(aCard({ interactions: 0 }))).not.toContain('Interaktion');
  });

  it.each([
    ['a paid article', () => rail(aCard({ label: 'paid' })), 'Bezahlt'],
    ["a partner's article", () => rail(aCard({ label: 'partner' })), 'Partner-Inhalt'],
    [
      'a paid article on the front page',
      () => render(<SummaryCard summary={aSummary({ label: 'paid' })} />),
      'Bezahlt',
    ],
    [
      'a paid lead story',
      () => render(<SummaryCard isLead summary={aSummary({ label: 'paid' })} />),
      'Bezahlt',
    ],
    ['a paid slot', () => rail(aSlot()), 'Anzeige · Seebank'],
    ["a partner's slot", () => rail(aSlot({ label: 'partner' })), 'Partner-Inhalt · Seebank'],
    ['a slot without a sponsor', () => rail(aSlot({ sponsor: '' })), 'Anzeige'],
  ])('of %s always carries its label', (_name, html, label) => {
    expect(html()).toContain(`<p class="label">${label}</p>`);
  });

  it('carries no label when nobody paid', () => {
    expect(rail(aCard())).not.toContain('class="label"');
  });

  it('marks an article for subscribers', () => {
    expect(rail(aCard({ access: 'paid' }))).toContain('>Abo<');
  });
});

describe('hostile text', () => {
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
  const comment = { id: 'c1', alias: hostile, text: hostile, createdAt: '2026-11-23T17:00:00Z' };
  const comments = { open: true, count: 1, items: [{ ...comment, replies: [{ ...comment, id: 'c2' }] }] };

  it.each([
    [
      'a card',
      () => rail(aCard({ kicker: hostile, headline: hostile, picture: { ...picture, alt: hostile } })),
    ],
    ['a slot', () => rail(aSlot({ sponsor: hostile }))],
    ['a paragraph', () => paragraph(hostile)],
    [
      'a comment and the typed text of a refused form',
      () =>
        render(
          <CommentSection
            comments={{ status: 'fresh', data: comments }}
            slug="hafen"
            refused={{ refusal: hostile, text: `</textarea>${hostile}` }}
          />,
        ),
    ],
  ])('in %s stays text', (_name, html) => {
    expect(html()).toContain('&lt;script');
    expect(html()).not.toMatch(/<script|<img src=x|<\/textarea>["&]/);
  });
});

describe('a link', () => {
  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '/a/x',
  ])('to %j is rendered as text only', (link) => {
    const html = paragraph('hier', link);
    expect(html).not.toContain('href');
    expect(html).toContain('hier');
  });

  it.each(['https://example.ch/', 'http://example.ch/', 'mailto:redaktion@example.ch'])(
    'to %j is rendered',
    (link) => {
      expect(paragraph('hier', link)).toContain(`href="${link}"`);
    },
  );

  it('of a slot is rendered only if it is http(s)', () => {
    expect(rail(aSlot({ url: 'javascript:alert(1)' }))).not.toContain('href');
  });

  it('of a picture is rendered only if it is http(s)', () => {
    expect(rail(aCard({ picture: { ...picture, url: 'javascript:alert(1)' } }))).not.toContain('src=');
  });
});

describe('a refused comment', () => {
  const thread = {
    id: 't1',
    alias: 'User #4529',
    text: 'Ja',
    createdAt: '2026-11-23T17:00:00Z',
    replies: [],
  };
  const refused = { refusal: 'Das haben Sie hier schon geschrieben.', text: 'Meine Worte' };
  const kept = />\s*Meine Worte<\/textarea>/;
  const open = { open: true, count: 1, items: [thread] };

  it('keeps the typed text, and shows the reason', () => {
    const html = render(
      <CommentSection comments={{ status: 'fresh', data: open }} slug="hafen" refused={refused} />,
    );
    expect(html).toMatch(kept);
    expect(html).toContain(`>${refused.refusal}</p>`);
  });

  it('opens the form of the conversation that it replies to', () => {
    const props = { slug: 'hafen', refused: { ...refused, parentId: 't1' } };
    const html = render(<CommentSection comments={{ status: 'fresh', data: open }} {...props} />);
    expect(html).toMatch(/<details open[^]*Meine Worte/);
  });

  it.each([
    ['the conversation is not on the page', { ...open, items: [] }],
    ['the article is no longer open for comments', { ...open, open: false }],
    ['the comments are unavailable', null],
  ])('keeps the typed text even when %s', (_name, data) => {
    const props = { slug: 'hafen', refused: { ...refused, parentId: 't1' } };
    const status = data ? 'fresh' : 'unavailable';
    expect(render(<CommentSection comments={{ status, data }} {...props} />)).toMatch(kept);
  });
});

describe('a poll', () => {
  const options = [
    { id: 'o1', text: 'Ja', votes: 3 },
    { id: 'o2', text: 'Nein', votes: 1 },
  ];
  const poll = { id: 'p1', question: 'Lohnt es sich?', state: 'open', votes: 4, options };
  const html = (change: object, refused?: { refusal: string; optionId: string }): string =>
    render(
      <PollSection poll={{ status: 'fresh', data: { ...poll, ...change } }} slug="hafen" refused={refused} />,
    );

  it('shows each share and the number of votes', () => {
    expect(html({})).toMatch(/75 %[^]*25 %[^]*4 Stimmen/);
  });

  it('shows 0 % while there are no votes', () => {
    expect(html({ votes: 0, options: options.map((option) => ({ ...option, votes: 0 })) })).toContain(
      '>0 %<',
    );
  });

  it('keeps the choice of a refused vote', () => {
    expect(html({}, { refusal: 'Nein', optionId: 'o2' })).toMatch(/value="o2" checked/);
  });

  it('shows no form once it is closed', () => {
    expect(html({ state: 'closed' })).not.toContain('<form');
  });
});
