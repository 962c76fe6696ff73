import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '#platform';
import { anArticleRequest, anId, describeWith, type TestAnswer } from '#testing';
import { articleThatIs, FAR, statesUnderTest, type StateUnderTest } from '../test/article-states.js';
import { Desk, type Answer } from '../test/desk.js';
import type { EditorialArticle } from './article/editorial-article.js';

/** Callers: anonymous, a reader with an account, and every role of the newsroom. */
const callers = ['none', 'reader', 'author', 'editor', 'moderator', 'sales', 'operator'] as const;
type Caller = (typeof callers)[number];

type Outcome = string;
type Outcomes = Partial<Record<StateUnderTest, Outcome>> & { readonly else: Outcome };

interface Act {
  readonly by: readonly Caller[];
  /** Whether it is sent without `If-Match`, since there is no version yet. */
  readonly isNew?: true;
  readonly send: (article: EditorialArticle) => readonly [method: string, path: string, body?: unknown];
  /** By the state of the article: the state that follows, `gone`, `ok` for a read, or the code of the refusal. */
  readonly outcomes: Outcomes;
  /** The outcomes for roles that may do only part of it. */
  readonly refusedTo?: Partial<Record<Caller, Outcomes>>;
}

const at = (path = '') => `articles/:id${path}`;
const state = 'the same state';
const gone = { retracted: 'article.already-retracted', purged: 'article.already-retracted' };
const neverPublic = [
  'draft',
  'draft under embargo',
  'draft of an advertisement',
  'scheduled',
  'scheduled, edited after the approval',
] as const;
const whileNeverPublic = (outcome: Outcome) =>
  Object.fromEntries(neverPublic.map((one) => [one, outcome])) as Partial<Record<StateUnderTest, Outcome>>;
const desks = ['author', 'editor'] as const;

const contentOf = ({ content }: EditorialArticle): object => content ?? anArticleRequest();
const toggled = (article: EditorialArticle, field: 'label' | 'embargoUntil') => {
  const { label, embargoUntil } = contentOf(article) as { label?: string; embargoUntil?: string };
  if (field === 'embargoUntil') return { embargoUntil: embargoUntil ? undefined : '2998-01-01T00:00:00Z' };
  return label === 'paid'
    ? { label: 'none', sponsor: undefined }
    : { label: 'paid', sponsor: 'Alpenfink AG' };
};
const reserved: Outcomes = { ...gone, else: 'article.fields-reserved' };

const acts: Record<string, Act> = {
  'list articles': { by: [...desks, 'sales'], send: () => ['GET', 'articles'], outcomes: { else: 'ok' } },
  'read it': { by: [...desks, 'sales'], send: () => ['GET', at()], outcomes: { else: 'ok' } },
  'read its audit log': { by: desks, send: () => ['GET', at('/audit')], outcomes: { else: 'ok' } },
  'list its revisions': { by: desks, send: () => ['GET', at('/revisions')], outcomes: { else: 'ok' } },
  'read a revision': {
    by: desks,
    send: ({ publishedVersion }) => ['GET', at(`/revisions/${publishedVersion ?? 1}`)],
    outcomes: { ...whileNeverPublic('revision.unknown'), purged: 'revision.unknown', else: 'ok' },
  },
  'compare revisions': {
    by: desks,
    send: ({ publishedVersion: last }) => ['GET', at(`/revisions/compare?from=${last ?? 1}&to=${last ?? 1}`)],
    outcomes: { ...whileNeverPublic('revision.unknown'), purged: 'revision.unknown', else: 'ok' },
  },
  'list its former working copies': {
    by: desks,
    send: () => ['GET', at('/drafts')],
    outcomes: { else: 'ok' },
  },
  'read a former working copy': {
    by: desks,
    send: () => ['GET', at('/drafts/1')],
    outcomes: { purged: 'draft.unknown', else: 'ok' },
  },
  'edit its text': {
    by: desks,
    send: (article) => ['PUT', at(), { ...contentOf(article), headline: 'Geändert' }],
    outcomes: { ...gone, else: state },
  },
  'edit its label': {
    by: desks,
    send: (article) => ['PUT', at(), { ...contentOf(article), ...toggled(article, 'label') }],
    outcomes: { ...gone, else: state },
    refusedTo: { author: reserved },
  },
  'edit its embargo': {
    by: desks,
    send: (article) => ['PUT', at(), { ...contentOf(article), ...toggled(article, 'embargoUntil') }],
    outcomes: { ...gone, else: state },
    refusedTo: { author: reserved },
  },
  'label it': {
    by: ['editor', 'sales'],
    send: () => ['PUT', at('/label'), { label: 'partner', sponsor: 'Alpenfink AG' }],
    outcomes: { ...gone, else: state },
  },
  'restore a revision': {
    by: desks,
    send: ({ publishedVersion }) => ['POST', at(`/revisions/${publishedVersion ?? 1}/restore`)],
    outcomes: { ...gone, ...whileNeverPublic('revision.unknown'), else: state },
  },
  'restore a former working copy': {
    by: desks,
    send: () => ['POST', at('/drafts/1/restore')],
    outcomes: { ...gone, else: state },
  },
  'discard it': {
    by: ['editor'],
    send: () => ['DELETE', at()],
    outcomes: {
      draft: 'gone',
      'draft under embargo': 'gone',
      'draft of an advertisement': 'gone',
      else: 'article.not-a-draft',
    },
  },
  'publish it': {
    by: ['editor'],
    send: () => ['POST', at('/publish')],
    outcomes: {
      ...gone,
      'draft under embargo': 'article.embargoed',
      published: 'article.unchanged',
      'published, to be taken offline': 'article.unchanged',
      else: 'published',
    },
  },
  'correct it': {
    by: ['editor'],
    send: () => ['POST', at('/correct'), { note: 'Berichtigt.' }],
    outcomes: { ...gone, ...whileNeverPublic('article.not-published'), else: 'published' },
  },
  'schedule its publication': {
    by: ['editor'],
    send: () => ['POST', at('/schedule'), { publishAt: FAR }],
    outcomes: {
      ...gone,
      ...whileNeverPublic('scheduled'),
      published: 'article.unchanged',
      'published, to be taken offline': 'article.unchanged',
      else: 'published',
    },
  },
  'schedule its take-down': {
    by: ['editor'],
    send: () => ['POST', at('/schedule'), { offlineAt: FAR }],
    outcomes: { ...gone, ...whileNeverPublic('schedule.never-public'), else: 'published' },
  },
  'cancel its schedule': {
    by: ['editor'],
    send: () => ['DELETE', at('/schedule')],
    outcomes: {
      ...gone,
      scheduled: 'draft',
      'scheduled, edited after the approval': 'draft',
      'published with a scheduled update': 'published',
      'published with a scheduled update, edited after the approval': 'published',
      'published, to be taken offline': 'published',
      else: 'schedule.none',
    },
  },
  'retract it': {
    by: ['editor'],
    send: () => ['POST', at('/retract'), { reason: 'error' }],
    outcomes: { ...gone, ...whileNeverPublic('article.not-published'), else: 'retracted' },
  },
  'purge it': {
    by: ['editor'],
    send: () => ['POST', at('/purge')],
    outcomes: { retracted: 'retracted', purged: 'article.purged', else: 'article.not-retracted' },
  },
  'import another article': {
    by: ['editor'],
    send: () => ['POST', 'imports', { sourceId: anId(), article: anArticleRequest() }],
    outcomes: { else: 'published' },
  },
  'create another article': {
    by: desks,
    send: () => ['POST', 'articles', anArticleRequest()],
    outcomes: { else: 'draft' },
  },
  'create an advertisement': {
    by: desks,
    send: () => ['POST', 'articles', anArticleRequest({ label: 'paid', sponsor: 'Alpenfink AG' })],
    outcomes: { else: 'draft' },
    refusedTo: { author: { else: 'article.fields-reserved' } },
  },
  'create an article under embargo': {
    by: desks,
    send: () => ['POST', 'articles', anArticleRequest({ embargoUntil: FAR })],
    outcomes: { else: 'draft' },
    refusedTo: { author: { else: 'article.fields-reserved' } },
  },
};

for (const [name, ...request] of [
  ['rename a term', 'POST', 'topics/keines/rename', { slug: 'anders' }],
  ['merge a term', 'POST', 'topics/keines/merge', { into: 'news' }],
  ['delete a term', 'DELETE', 'topics/keines'],
] as const) {
  acts[name] = { by: ['editor'], send: () => request, outcomes: { else: 'term.not-found' } };
}
acts['create a term'] = {
  by: ['editor'],
  isNew: true,
  send: () => ['PUT', `topics/t-${anId()}`, { name: 'Neu' }],
  outcomes: { else: 'ok' },
};

/** Who may change what readers see, now or by a schedule. */
const PUBLISHERS: readonly Caller[] = ['editor'];

describeWith('postgres')('the rights of each role in each state of an article', () => {
  let desk: Desk;
  let cells = 0;
  const unused = new Map<StateUnderTest, EditorialArticle>();
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  async function anArticleIn(wanted: StateUnderTest): Promise<EditorialArticle> {
    const article = unused.get(wanted) ?? (await articleThatIs(desk, wanted));
    unused.set(wanted, article);
    return article;
  }

  function send(caller: Caller, article: EditorialArticle, act: Act): Promise<Answer> {
    const [method, path, body] = act.send(article);
    const address = `/editorial/${path.replace(':id', article.id)}`;
    const headers: Record<string, string> = act.isNew ? {} : { 'if-match': `"${article.version}"` };
    if (caller === 'none') return desk.service.call(method, address, body, headers);
    return desk.service.as(caller satisfies Role, method, address, body, headers);
  }

  const outcomeOf = ({ status, body }: TestAnswer<Answer['body'] | undefined>, method: string): Outcome => {
    if (status === 204) return 'gone';
    if (status >= 300) return body!.code;
    return method === 'GET' ? 'ok' : (body!.state ?? 'ok');
  };

  function expected(caller: Caller, act: Act, article: EditorialArticle, of: StateUnderTest): Outcome {
    if (caller === 'none') return 'auth.required';
    if (!act.by.includes(caller)) return 'auth.forbidden';
    const outcomes = act.refusedTo?.[caller] ?? act.outcomes;
    const outcome = outcomes[of] ?? outcomes.else;
    return outcome === state ? article.state : outcome;
  }

  /** What readers see of an article, and what they will see by its schedule. */
  async function publicSideOf({ id }: EditorialArticle): Promise<object> {
    const { status, text } = await desk.read(`/articles/${id}`);
    const { body } = await desk.get<EditorialArticle>(`articles/${id}`);
    const { publishAt, offlineAt, approved, content, slug } = body;
    return {
      state: body.state,
      shown: status === 200 ? text : status,
      publishAt,
      offlineAt,
      scheduled: publishAt && { ...(approved ?? content), slug: approved?.slug ?? content?.slug ?? slug },
    };
  }

  const promisesOf = ({ content }: EditorialArticle) =>
    content && { label: content.label, sponsor: content.sponsor, embargoUntil: content.embargoUntil };

  async function checkCell(caller: Caller, act: Act, of: StateUnderTest): Promise<void> {
    const article = await anArticleIn(of);
    const mayAct = act.by.includes(caller) && act.send(article)[0] !== 'GET';
    const isWatched = mayAct && !PUBLISHERS.includes(caller);
    const before = isWatched && (await publicSideOf(article));
    const answer = await send(caller, article, act);
    const changed = answer.status === 204 || (mayAct && answer.status < 300 && answer.body.id === article.id);
    if (changed) unused.delete(of);
    cells++;
    const keepsPromises = changed && caller === 'author';
    expect({
      outcome: outcomeOf(answer, act.send(article)[0]),
      publicSide: isWatched && (await publicSideOf(article)),
      promises: keepsPromises && promisesOf(answer.body),
    }).toEqual({
      outcome: expected(caller, act, article, of),
      publicSide: before,
      promises: keepsPromises && promisesOf(article),
    });
  }

  describe.each(Object.entries(acts))('%s', (_name, act) => {
    it.each(callers)('has the right outcome in every state for the role %s', async (caller) => {
      const failures = await Promise.all(
        statesUnderTest.map((one) =>
          checkCell(caller, act, one).catch((error: unknown) => [`${one}: ${String(error)}`]),
        ),
      );
      expect(failures.flatMap((failure) => failure ?? [])).toEqual([]);
    });
  });

  it('leave an article unchanged when an act is refused', async () => {
    for (const [of, { id, version }] of unused) {
      const { body } = await desk.get<EditorialArticle>(`articles/${id}`);
      expect({ of, version: body.version }).toEqual({ of, version });
    }
  });

  it('are checked for every act, role and state', () => {
    expect(cells).toBe(Object.keys(acts).length * callers.length * statesUnderTest.length);
    expect(cells).toBe(30 * 7 * 12);
  });
});
