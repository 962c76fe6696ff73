import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArticleSnapshot } from '#events';
import { anArticleRequest, anArticleSnapshot, describeWith } from '#testing';
import { Desk } from '../../test/desk.js';
import { readFeed } from '../../test/feed-reader.js';
import { hostileTexts } from '../../test/hostile-texts.js';
import { ArticleDraftRequest } from './article-content.js';

const { leadPicture } = anArticleSnapshot();
const run = { text: 'x' };
const times = (count: number, value: unknown) => Array.from({ length: count }, () => value);
const slugs = (count: number) => Array.from({ length: count }, (_, i) => `slug-${i}`);
const isAccepted = (draft: object) => ArticleDraftRequest.safeParse(draft).success;

describe('a draft', () => {
  const block = (value: object) => ({ body: [value] });
  const withLength = (most: number, make: (text: string) => object) =>
    [most, (length: number) => make('x'.repeat(length))] as const;
  const withCount = (most: number, make: (count: number) => object) => [most, make] as const;

  /** Field, maximum of characters or entries, and a draft with a given number of them. */
  const limits: [string, number, (count: number) => object][] = [
    ['kicker', ...withLength(60, (kicker) => ({ kicker }))],
    ['headline', ...withLength(160, (headline) => ({ headline }))],
    ['short headline', ...withLength(80, (shortHeadline) => ({ shortHeadline }))],
    ['lead', ...withLength(600, (lead) => ({ lead }))],
    ['slug', ...withLength(120, (slug) => ({ slug }))],
    ['sponsor', ...withLength(120, (sponsor) => ({ sponsor }))],
    ['place of the dateline', ...withLength(80, (place) => ({ dateline: { place } }))],
    ['alt text', ...withLength(500, (alt) => ({ leadPicture: { ...leadPicture, alt } }))],
    ['caption', ...withLength(500, (caption) => ({ cardPicture: { ...leadPicture, caption } }))],
    ['credit', ...withLength(200, (credit) => ({ leadPicture: { ...leadPicture, credit } }))],
    ['pixels', ...withCount(20_000, (width) => ({ leadPicture: { ...leadPicture, width } }))],
    ['authors', ...withCount(8, (count) => ({ authors: slugs(count) }))],
    ['topics', ...withCount(20, (count) => ({ topics: slugs(count) }))],
    ['places', ...withCount(20, (count) => ({ places: slugs(count) }))],
    ['blocks', ...withCount(300, (count) => ({ body: times(count, { type: 'crosshead', text: 'x' }) }))],
    ['text of a run', ...withLength(5_000, (text) => block({ type: 'paragraph', runs: [{ text }] }))],
    [
      'runs of a paragraph',
      ...withCount(200, (count) => block({ type: 'paragraph', runs: times(count, run) })),
    ],
    ['crosshead', ...withLength(200, (text) => block({ type: 'crosshead', text }))],
    ['quote', ...withLength(1_000, (text) => block({ type: 'quote', text, attribution: 'x' }))],
    ['attribution', ...withLength(200, (attribution) => block({ type: 'quote', text: 'x', attribution }))],
    [
      'items of a list',
      ...withCount(50, (count) => block({ type: 'list', ordered: true, items: times(count, [run]) })),
    ],
    [
      'pictures of a gallery',
      ...withCount(50, (count) => block({ type: 'gallery', pictures: times(count, leadPicture) })),
    ],
    [
      'title of a gallery',
      ...withLength(200, (title) => block({ type: 'gallery', title, pictures: times(2, leadPicture) })),
    ],
    [
      'title of a fact box',
      ...withLength(200, (title) =>
        block({ type: 'fact-box', title, blocks: [{ type: 'paragraph', runs: [run] }] }),
      ),
    ],
    [
      'blocks of a fact box',
      ...withCount(20, (count) =>
        block({ type: 'fact-box', title: 'x', blocks: times(count, { type: 'paragraph', runs: [run] }) }),
      ),
    ],
    [
      'title of a related link',
      ...withLength(200, (title) => block({ type: 'related-link', title, url: 'https://a.example/' })),
    ],
    [
      'title of an embed',
      ...withLength(200, (title) =>
        block({ type: 'embed', provider: 'vimeo', url: 'https://vimeo.com/1', title }),
      ),
    ],
  ];

  it.each(limits)('limits %s to %i', (_field, most, make) => {
    expect([isAccepted(make(most)), isAccepted(make(most + 1))]).toEqual([true, false]);
  });

  it.each(limits.filter(([field]) => !/authors|topics|places|^blocks$|caption/.test(field)))(
    'refuses an empty %s',
    (_field, _most, make) => {
      expect(isAccepted(make(0))).toBe(false);
    },
  );

  it.each([
    ['an unknown field', { mood: 'good' }],
    ['an unknown field of a picture', { leadPicture: { ...leadPicture, mood: 'good' } }],
    ['an unknown field of a block', block({ type: 'crosshead', text: 'x', mood: 'good' })],
    ['an unknown field of a run', block({ type: 'paragraph', runs: [{ ...run, mood: 'good' }] })],
    ['an unknown kind of block', block({ type: 'html', html: '<b>' })],
    ['a topic twice', { topics: ['a', 'a'] }],
    ['an unknown label', { label: 'native' }],
    ['an embargo without an offset', { embargoUntil: '2026-10-25T02:30:00' }],
    ['a deeply nested body', { body: JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) as unknown }],
    [
      'an embed of an unknown provider',
      block({ type: 'embed', provider: 'evil', url: 'https://evil.example/', title: 'x' }),
    ],
    [
      'an embed with an address that is not its provider’s',
      block({ type: 'embed', provider: 'youtube', url: 'https://youtube.com.evil.example/', title: 'x' }),
    ],
    [
      'an embed without TLS',
      block({ type: 'embed', provider: 'vimeo', url: 'http://vimeo.com/1', title: 'x' }),
    ],
  ])('refuses %s', (_what, draft) => {
    expect(isAccepted(draft)).toBe(false);
  });

  it.each([
    ['https://a.example/x?y#z', true],
    ['http://a.example', true],
    ['mailto:redaktion@a.example', true],
    ['javascript:alert(1)', false],
    ['JaVaScRiPt:alert(1)', false],
    ['java\u0000script:alert(1)', false],
    [' javascript:alert(1)', false],
    ['data:text/html,<script>', false],
    ['vbscript:x', false],
    ['file:///etc/passwd', false],
    ['//a.example', false],
    ['/a/b', false],
  ])('accepts a link to %s: %s', (link, accepted) => {
    expect(isAccepted(block({ type: 'paragraph', runs: [{ text: 'x', link }] }))).toBe(accepted);
  });
});

describeWith('postgres')('hostile texts', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  it.each(hostileTexts)(
    'are sanitized and otherwise unchanged in API, feeds and ninjs: %s',
    async (_what, typed, kept = typed) => {
      const { id } = await desk.published({
        kicker: typed,
        headline: typed,
        lead: typed,
        leadPicture: { ...leadPicture, alt: typed, caption: typed, credit: typed },
        body: [
          { type: 'paragraph', runs: [{ text: typed, strong: true }] },
          { type: 'quote', text: typed, attribution: typed },
          {
            type: 'fact-box',
            title: typed,
            blocks: [{ type: 'list', ordered: false, items: [[{ text: typed }]] }],
          },
        ],
      });
      const { body } = await desk.read<ArticleSnapshot>(`/articles/${id}`);
      expect(body).toMatchObject({
        kicker: kept,
        headline: kept,
        lead: kept,
        leadPicture: { alt: kept, caption: kept, credit: kept },
        body: [
          { runs: [{ text: kept }] },
          { text: kept, attribution: kept },
          { title: kept, blocks: [{ items: [[{ text: kept }]] }] },
        ],
      });
      for (const file of ['rss.xml', 'atom.xml']) {
        const [item] = readFeed((await desk.read(`/feeds/${file}`)).text).items;
        expect(item!.title).toBe(kept.trim());
        expect(item!.content).not.toMatch(/<script|<img src=x/);
        expect(item!.content).toContain(escaped(kept));
      }
      const feed = (await desk.read<{ items: { title: string }[] }>('/feeds/feed.json')).body;
      expect(feed.items[0]!.title).toBe(kept);
      const item = (
        await desk.read<{ headlines: { value: string }[]; bodies: { value: string }[] }>(
          `/articles/${id}/ninjs`,
        )
      ).body;
      expect(item.headlines[0]!.value).toBe(kept);
      expect(item.bodies[0]!.value).toContain(`<p><strong>${escaped(kept)}</strong></p>`);
      expect(
        (await desk.read<{ items: { headline: string }[] }>('/articles?limit=1')).body.items[0]!.headline,
      ).toBe(kept);
    },
  );

  const escaped = (text: string) =>
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;');

  it('are refused in links, with a pointer to each', async () => {
    const body = [{ type: 'paragraph', runs: [{ text: 'x', link: 'javascript:alert(1)' }] }];
    const answer = await desk.post('articles', anArticleRequest({ body }));
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer: '/body/0/runs/0/link' }]);
  });
});
