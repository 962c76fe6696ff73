import { describe, expect, it } from '@jest/globals';
import { Block, List, Page } from './answers.js';

const picture = { url: 'https://example.ch/p.jpg', width: 3, height: 2, alt: 'Ein Hafen', credit: 'Foto' };
const section = { slug: 'news', name: 'News' };
const summary = {
  slug: 'hafen',
  kicker: 'Hafen',
  headline: 'Neue Mole',
  lead: 'Text',
  picture,
  section,
  access: 'free',
  label: 'none',
};
const paragraph: Block = { type: 'paragraph', runs: [{ text: 'Text' }] };
const article = {
  ...summary,
  id: 'a1',
  byline: [{ name: 'Lea Brunner' }],
  dateline: { time: '2026-11-23T17:00:00Z' },
  leadPicture: picture,
  body: [paragraph],
  publishedAt: '2026-11-23T17:00:00Z',
  updatedAt: '2026-11-23T17:00:00Z',
};
const unavailable = { status: 'unavailable', data: null };
const page = {
  article: { status: 'fresh', data: article },
  comments: unavailable,
  poll: unavailable,
  rails: unavailable,
  interactions: unavailable,
};

describe('an answer from the gateway', () => {
  it('may have more fields than this build knows', () => {
    expect(List.parse({ items: [{ ...summary, mood: 'good' }], total: 1 }).items).toHaveLength(1);
  });

  it('loses an unreadable article of a list, not the list', () => {
    expect(List.parse({ items: [{ slug: 'odd' }, summary] }).items.map(({ slug }) => slug)).toEqual([
      'hafen',
    ]);
  });

  it('loses a block of an unknown kind, not the article', () => {
    const body = [{ type: 'video', url: 'https://example.ch/v' }, paragraph];
    expect(
      Page.parse({ ...page, article: { status: 'fresh', data: { ...article, body } } }).article.data.body,
    ).toEqual([paragraph]);
  });

  it('loses a part that cannot be read, not the page', () => {
    expect(Page.parse({ ...page, rails: { status: 'fresh', data: 'odd' } }).rails.data).toBeNull();
  });

  it('treats an unknown label as paid', () => {
    expect(List.parse({ items: [{ ...summary, label: 'native' }] }).items[0]?.label).toBe('paid');
  });
});
