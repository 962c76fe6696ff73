import { describe, expect, it } from '@jest/globals';
import { anArticleRequest } from '#testing';
import type { ArticleContent } from './article-content.js';
import type { Article } from './article.entity.js';
import { edit, publish, retract, slugOf, type ResolvedNames } from './article.rules.js';

const now = new Date('2026-11-02T09:00:00Z');
const content = anArticleRequest() as ArticleContent;
const names: ResolvedNames = {
  byline: [],
  section: { id: 'id', slug: 'news', name: 'News' },
  topics: [],
  places: [],
};

const anArticle = (overrides: Partial<Article> = {}): Article => ({
  id: '01a209b8-7cb2-7521-8524-1798840b62b3',
  slug: 'faehre',
  state: 'published',
  version: 3,
  draft: content,
  snapshot: null,
  publishedVersion: 2,
  sectionId: null,
  topicIds: [],
  placeIds: [],
  authorIds: [],
  publishedAt: new Date('2026-11-01T09:00:00Z'),
  updatedAt: now,
  retractedAt: null,
  retractionReason: null,
  retractionNote: null,
  ...overrides,
});

const refusal = (code: string) => expect.objectContaining({ code });

describe('editing', () => {
  it.each(['draft', 'published'] as const)(
    'changes the working copy of a %s article and nothing else',
    (state) => {
      expect(edit(anArticle({ state }), content, now)).toEqual({
        draft: content,
        version: 4,
        updatedAt: now,
      });
    },
  );

  it('is refused for a retracted article', () => {
    expect(() => edit(anArticle({ state: 'retracted' }), content, now)).toThrow(
      refusal('article.already-retracted'),
    );
  });
});

describe('publishing', () => {
  it('makes the working copy public for the first time, now', () => {
    const draft = anArticle({ state: 'draft', version: 1, publishedVersion: null, publishedAt: null });
    const change = publish(draft, names, now);
    expect(change).toMatchObject({ state: 'published', version: 2, publishedVersion: 2, publishedAt: now });
    expect(change.snapshot).toMatchObject({ headline: content.headline, publishedAt: now.toISOString() });
  });

  it('keeps the time of the first publication when it is published anew', () => {
    const change = publish(anArticle(), names, now);
    expect(change.snapshot).toMatchObject({
      publishedAt: '2026-11-01T09:00:00.000Z',
      updatedAt: now.toISOString(),
    });
  });

  it('is refused when readers see this version already', () => {
    expect(() => publish(anArticle({ publishedVersion: 3 }), names, now)).toThrow(
      refusal('article.unchanged'),
    );
  });

  it('is refused for a retracted article', () => {
    expect(() => publish(anArticle({ state: 'retracted' }), names, now)).toThrow(
      refusal('article.already-retracted'),
    );
  });
});

describe('retracting', () => {
  it('takes the text from readers and keeps the reason', () => {
    expect(retract(anArticle(), 'legal', 'Auf Wunsch.', now)).toEqual({
      state: 'retracted',
      version: 4,
      snapshot: null,
      updatedAt: now,
      retractedAt: now,
      retractionReason: 'legal',
      retractionNote: 'Auf Wunsch.',
    });
  });

  it.each([
    ['draft', 'article.not-published'],
    ['retracted', 'article.already-retracted'],
  ] as const)('is refused for a %s article', (state, code) => {
    expect(() => retract(anArticle({ state }), 'legal', undefined, now)).toThrow(refusal(code));
  });
});

describe('a slug out of a headline', () => {
  it.each([
    ['Zürich: Böög brennt!', 'zuerich-boeoeg-brennt'],
    ['Garçon à l’Opéra', 'garcon-a-l-opera'],
    ['«90 Liter»', '90-liter'],
    ['🙂', 'artikel'],
  ])('of %s is %s', (headline, slug) => {
    expect(slugOf(headline)).toBe(slug);
  });
});
