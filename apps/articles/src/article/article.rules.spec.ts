import { describe, expect, it } from '@jest/globals';
import { ArticleDraft } from '#api';
import { Refused } from '#http';
import { anArticleRequest, anArticleSnapshot } from '#testing';
import { cancelSchedule, schedule } from '../publishing/schedule.rules.js';
import { articleOf, type Article, type DraftArticle, type PublishedArticle } from './article.js';
import { articleStates, type ArticleRow, type ArticleState } from './article.entity.js';
import {
  begin,
  correct,
  edit,
  mustBeDiscardable,
  publish,
  publishApproved,
  purge,
  renameTerms,
  retract,
} from './article.rules.js';
import { draftOf } from './article-content.js';
import { articleSummary } from './article-summary.js';

const now = new Date('2026-11-02T09:00:00Z');
const later = new Date('2026-11-02T18:00:00Z');
const draft = ArticleDraft.parse(anArticleRequest());
const { byline, section, topics, places } = anArticleSnapshot();
const names = { byline, section, topics, places };
const terms = { namesOf: () => names };

const picture = anArticleSnapshot().leadPicture;
const paragraph = (...texts: string[]) => ({
  type: 'paragraph' as const,
  runs: texts.map((text) => ({ text })),
});

function anArticle(state: 'draft', overrides?: Partial<ArticleRow>): DraftArticle;
function anArticle(state: 'published', overrides?: Partial<ArticleRow>): PublishedArticle;
function anArticle(state: ArticleState, overrides?: Partial<ArticleRow>): Article;
function anArticle(state: ArticleState, overrides: Partial<ArticleRow> = {}): Article {
  const wasPublic = state === 'published' || state === 'retracted';
  const id = '01a209b8-7cb2-7521-8524-1798840b62b3';
  return articleOf({
    ...begin({ id, slug: 'faehre', draft, termIds: [], updatedAt: now }),
    state,
    version: 3,
    snapshot: state === 'published' ? anArticleSnapshot() : null,
    summary: state === 'published' ? articleSummary(anArticleSnapshot()) : null,
    publishedVersion: wasPublic ? 2 : null,
    publishAt: state === 'scheduled' ? later : null,
    publishedAt: wasPublic ? new Date('2026-11-01T09:00:00Z') : null,
    retractedAt: state === 'retracted' ? now : null,
    retractionReason: state === 'retracted' ? 'legal' : null,
    ...overrides,
  });
}

/** The state after a decision, or the code of its refusal. */
function outcomeOf(decide: (article: Article) => Article | void, article: Article): string {
  try {
    return { ...article, ...decide(article) }.state;
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}

const refusal = (code: string) => expect.objectContaining({ code });

/** The outcome of an act in each state: the next state, or the code of the refusal. */
const transitions: Record<string, [(article: Article) => Article | void, Record<ArticleState, string>]> = {
  edit: [
    (article) => edit(article, draft, now),
    {
      draft: 'draft',
      scheduled: 'scheduled',
      published: 'published',
      retracted: 'article.already-retracted',
    },
  ],
  publish: [
    (article) => publish(article, terms, now),
    {
      draft: 'published',
      scheduled: 'published',
      published: 'published',
      retracted: 'article.already-retracted',
    },
  ],
  correct: [
    (article) => correct(article, terms, 'Berichtigt.', now),
    {
      draft: 'article.not-published',
      scheduled: 'article.not-published',
      published: 'published',
      retracted: 'article.already-retracted',
    },
  ],
  'schedule publishing': [
    (article) => schedule(article, { publishAt: later }, now),
    {
      draft: 'scheduled',
      scheduled: 'scheduled',
      published: 'published',
      retracted: 'article.already-retracted',
    },
  ],
  'schedule taking offline': [
    (article) => schedule(article, { offlineAt: later }, now),
    {
      draft: 'schedule.never-public',
      scheduled: 'schedule.never-public',
      published: 'published',
      retracted: 'article.already-retracted',
    },
  ],
  'cancel the schedule': [
    (article) => cancelSchedule(article, now),
    {
      draft: 'schedule.none',
      scheduled: 'draft',
      published: 'schedule.none',
      retracted: 'article.already-retracted',
    },
  ],
  retract: [
    (article) => retract(article, 'legal', undefined, now),
    {
      draft: 'article.not-published',
      scheduled: 'article.not-published',
      published: 'retracted',
      retracted: 'article.already-retracted',
    },
  ],
  purge: [
    (article) => purge(article, now),
    {
      draft: 'article.not-retracted',
      scheduled: 'article.not-retracted',
      published: 'article.not-retracted',
      retracted: 'retracted',
    },
  ],
  discard: [
    (article) => mustBeDiscardable(article),
    {
      draft: 'draft',
      scheduled: 'article.not-a-draft',
      published: 'article.not-a-draft',
      retracted: 'article.not-a-draft',
    },
  ],
};

describe.each(Object.entries(transitions))('%s', (_act, [decide, outcomes]) => {
  it.each(articleStates.map((state) => [state, outcomes[state]] as const))(
    'of a %s article has the outcome %s',
    (state, outcome) => {
      expect(outcomeOf(decide, anArticle(state))).toBe(outcome);
    },
  );
});

it.each(Object.entries(transitions).filter(([act]) => act !== 'discard'))(
  '%s: creates a new version when it is allowed',
  (_act, [decide, outcomes]) => {
    for (const state of articleStates.filter((one) => !outcomes[one].includes('.'))) {
      expect(decide(anArticle(state))).toMatchObject({ version: 4 });
    }
  },
);

describe('editing', () => {
  it('changes the working copy and nothing that readers see', () => {
    const article = anArticle('published');
    expect(edit(article, draft, now)).toEqual({
      ...article,
      draft,
      slug: 'faehre',
      approved: null,
      hasChanges: true,
      version: 4,
      updatedAt: now,
    });
  });

  it('keeps the approved content and slug of a schedule, however often the article is edited', () => {
    const approved = { ...draft, slug: 'faehre' };
    const article = anArticle('scheduled');
    const once = edit(article, { ...draft, headline: 'Anders', slug: 'anders' }, now);
    expect(once).toMatchObject({ approved, slug: 'faehre' });
    expect(edit(once, draft, now)).toMatchObject({ approved });
    expect(publishApproved(once, terms, later)).toMatchObject({
      snapshot: { headline: draft.headline, slug: 'faehre' },
      hasChanges: true,
      approved: null,
    });
  });

  it('refuses an embargo that a schedule would break', () => {
    const embargoed = { ...draft, embargoUntil: '2026-11-02T18:00:01Z' };
    expect(() => edit(anArticle('scheduled'), embargoed, now)).toThrow(refusal('article.embargoed'));
    expect(edit(anArticle('draft'), embargoed, now)).toMatchObject({ draft: embargoed });
  });
});

describe('publishing', () => {
  it('makes the working copy public for the first time, now', () => {
    const { snapshot, ...article } = publish(anArticle('draft'), terms, now);
    expect(article).toMatchObject({ publishedVersion: 4, publishedAt: now, hasChanges: false });
    expect(snapshot).toMatchObject({
      headline: draft.headline,
      slug: 'faehre',
      publishedAt: now.toISOString(),
    });
  });

  it('again keeps the time of the first publication', () => {
    expect(publish(anArticle('published'), terms, now).snapshot).toMatchObject({
      publishedAt: '2026-11-01T09:00:00.000Z',
      updatedAt: now.toISOString(),
    });
  });

  it('uses the time of publication for a dateline without a time', () => {
    const article = anArticle('draft', { draft: { ...draft, dateline: { place: 'Seewilen' } } });
    expect(publish(article, terms, now).snapshot.dateline).toEqual({
      place: 'Seewilen',
      time: now.toISOString(),
    });
  });

  it('is refused when the article has no unpublished changes', () => {
    expect(() => publish(anArticle('published', { hasChanges: false }), terms, now)).toThrow(
      refusal('article.unchanged'),
    );
  });

  it.each([
    ['2026-11-02T10:00:00+01:00', true],
    ['2026-11-02T10:00:01+01:00', false],
  ])('under an embargo until %s is allowed at 09:00 UTC: %s', (embargoUntil, allowed) => {
    const article = anArticle('draft', { draft: { ...draft, embargoUntil } });
    const outcome = outcomeOf((one) => publish(one, terms, now), article);
    expect(outcome).toBe(allowed ? 'published' : 'article.embargoed');
  });

  it('accepts a blank run between visible ones', () => {
    const body = [paragraph('Da', ' ', 'und dort.')];
    expect(publish(anArticle('draft', { draft: { ...draft, body } }), terms, now).snapshot.body).toEqual(
      body,
    );
  });

  it.each([
    [{ label: undefined }, '/label'],
    [{ label: 'none' as const, sponsor: 'Alpenfink AG' }, '/label'],
    [{ headline: '\u200b\u200d' }, '/headline'],
    [{ body: [] }, '/body'],
    [{ shortHeadline: '\u3164' }, '/shortHeadline'],
    [{ label: 'paid' as const, sponsor: ' ' }, '/sponsor'],
    [{ dateline: { place: '\u00ad' } }, '/dateline/place'],
    [{ leadPicture: { ...picture, alt: ' ' } }, '/leadPicture/alt'],
    [{ cardPicture: { ...picture, credit: '\u200b' } }, '/cardPicture/credit'],
    [{ body: [{ type: 'picture' as const, picture: { ...picture, alt: '\u2800' } }] }, '/body/0/picture/alt'],
    [{ body: [paragraph('Da.'), paragraph(' ', '\u200b')] }, '/body/1/runs'],
    [{ body: [{ type: 'crosshead' as const, text: '\u00a0' }] }, '/body/0/text'],
    [{ body: [{ type: 'list' as const, ordered: false, items: [[{ text: '\ufeff' }]] }] }, '/body/0/items/0'],
    [
      { body: [{ type: 'fact-box' as const, title: 'Zahlen', blocks: [paragraph('\u2060')] }] },
      '/body/0/blocks/0/runs',
    ],
  ])('is refused with %j', (overrides, pointer) => {
    const article = anArticle('draft', { draft: { ...draft, ...overrides } });
    expect(() => publish(article, terms, now)).toThrow(
      expect.objectContaining({
        code: 'article.incomplete',
        details: { errors: [expect.objectContaining({ pointer })] },
      }),
    );
  });
});

describe('correcting', () => {
  it('adds its note to the earlier ones', () => {
    const before = { at: '2026-11-01T12:00:00.000Z', note: 'Zuerst.' };
    const { snapshot } = correct(anArticle('published', { corrections: [before] }), terms, 'Dann.', now);
    expect(snapshot.corrections).toEqual([before, { at: now.toISOString(), note: 'Dann.' }]);
  });

  it('is refused after 50 corrections', () => {
    const corrections = Array.from({ length: 50 }, () => ({ at: now.toISOString(), note: 'Noch eine.' }));
    expect(() => correct(anArticle('published', { corrections }), terms, 'Zu viel.', now)).toThrow(
      refusal('article.too-many-corrections'),
    );
  });
});

describe('scheduling', () => {
  it.each([
    ['in the past', { publishAt: new Date(now.getTime() - 1) }, 'schedule.past'],
    ['right now', { publishAt: now }, 'schedule.past'],
    ['offline before it is public', { publishAt: later, offlineAt: later }, 'schedule.offline-first'],
  ])('is refused %s', (_when, times, code) => {
    expect(() => schedule(anArticle('draft'), times, now)).toThrow(refusal(code));
  });

  it('moves both times, and cancels a time that is left out', () => {
    const scheduled = anArticle('scheduled', { offlineAt: new Date('2026-12-01T00:00:00Z') });
    const sooner = new Date('2026-11-02T12:00:00Z');
    expect(schedule(scheduled, { publishAt: sooner }, now)).toMatchObject({
      publishAt: sooner,
      offlineAt: null,
    });
  });

  it('is refused before the end of an embargo and for an incomplete article', () => {
    const embargoed = { ...draft, embargoUntil: '2026-11-02T18:00:01Z' };
    expect(() => schedule(anArticle('draft', { draft: embargoed }), { publishAt: later }, now)).toThrow(
      refusal('article.embargoed'),
    );
    expect(() =>
      schedule(anArticle('draft', { draft: { ...draft, kicker: undefined } }), { publishAt: later }, now),
    ).toThrow(refusal('article.incomplete'));
  });
});

describe('retracting', () => {
  it('removes the public text, cancels every schedule and records the reason', () => {
    const article = anArticle('published', { publishAt: later, offlineAt: later });
    expect(retract(article, 'legal', 'Auf Wunsch.', now)).toMatchObject({
      snapshot: null,
      summary: null,
      publishAt: null,
      offlineAt: null,
      retractedAt: now,
      retractionReason: 'legal',
      retractionNote: 'Auf Wunsch.',
    });
  });
});

describe('purging', () => {
  it('erases the text and is refused a second time', () => {
    const purged = purge(anArticle('retracted'), now);
    expect(purged).toMatchObject({
      draft: null,
      corrections: [],
      slug: expect.stringMatching(/^purged:[0-9a-f-]+$/),
    });
    expect(() => purge(purged, now)).toThrow(refusal('article.purged'));
  });
});

describe('renaming terms', () => {
  it('changes only the names, not the working copy or whether it has changes', () => {
    const article = anArticle('published');
    const renamed = { ...names, section: { ...section, name: 'Nachrichten' } };
    const snapshot = { ...article.snapshot, ...renamed };
    expect(renameTerms(article, renamed)).toEqual({
      ...article,
      version: 4,
      publishedVersion: 4,
      renamedFrom: 3,
      renamedTo: 4,
      snapshot,
      summary: articleSummary(snapshot),
    });
  });
});

it('a draft made from a snapshot publishes the same snapshot', () => {
  const { snapshot } = publish(anArticle('draft'), terms, now);
  const content = ArticleDraft.parse(draftOf(snapshot));
  expect(publish(anArticle('draft', { draft: content }), terms, now).snapshot).toEqual(snapshot);
});
