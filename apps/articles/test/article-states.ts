import { anArticleRequest } from '#testing';
import type { EditorialArticle } from '../src/article/editorial-article.js';
import { expectOk, type Desk } from './desk.js';

/** A scheduled time that never comes while a test runs. */
export const FAR = '2999-01-01T00:00:00Z';
const FARTHER = '2999-06-01T00:00:00Z';

type Made = Pick<EditorialArticle, 'id' | 'version'>;
type Step = (desk: Desk, article: Made) => Promise<EditorialArticle>;

const act =
  (name: string, body?: object): Step =>
  async (desk, article) =>
    expectOk(await desk.act(name, article, body));
const edit =
  (headline: string, overrides: object = {}): Step =>
  async (desk, { id, version }) =>
    expectOk(await desk.edit(id, version, anArticleRequest({ headline, ...overrides })));

const toBePublished = act('schedule', { publishAt: FAR });

/** The states of an article, with the steps from a draft to each. */
const steps = {
  draft: [],
  'draft under embargo': [edit('Gesperrt', { embargoUntil: '2998-01-01T00:00:00Z' })],
  'draft of an advertisement': [edit('Anzeige', { label: 'paid', sponsor: 'Alpenfink AG' })],
  scheduled: [toBePublished],
  'scheduled, edited after the approval': [toBePublished, edit('Danach')],
  published: [act('publish')],
  'published with a working copy': [act('publish'), edit('In Arbeit')],
  'published with a scheduled update': [act('publish'), edit('Neu'), toBePublished],
  'published with a scheduled update, edited after the approval': [
    act('publish'),
    edit('Neu'),
    toBePublished,
    edit('Danach'),
  ],
  'published, to be taken offline': [act('publish'), act('schedule', { offlineAt: FARTHER })],
  retracted: [act('publish'), act('retract', { reason: 'legal' })],
  purged: [act('publish'), act('retract', { reason: 'legal' }), act('purge')],
} satisfies Record<string, Step[]>;

export type StateUnderTest = keyof typeof steps;
export const statesUnderTest = Object.keys(steps) as StateUnderTest[];

/** An article in a state, with one former working copy (version 1) unless it was purged. */
export async function articleThatIs(desk: Desk, state: StateUnderTest): Promise<EditorialArticle> {
  let article = await edit('Fertig')(desk, await desk.draft({ headline: 'Angefangen' }));
  for (const step of steps[state]) article = await step(desk, article);
  return article;
}
