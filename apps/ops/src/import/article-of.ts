import { slugOf } from '#events';
import type { ImportedArticle, ImportedBlock, ImportedPicture, ImportRequest } from './record.js';
import { cut } from './text-runs.js';

/** What feeds and exports say of an article, under names of ours. */
export interface Told {
  readonly sourceId: string;
  readonly state: 'published' | 'draft';
  readonly title?: string;
  readonly slug?: string;
  /** The lead as plain text; without one the first paragraph is it. */
  readonly summary?: string;
  readonly body: ImportedBlock[];
  readonly publishedAt?: Date;
  readonly authors: readonly string[];
  readonly section?: string;
  readonly topics: readonly string[];
  readonly picture?: ImportedPicture;
}

/** Characters. */
const limits = { kicker: 60, headline: 160, lead: 600, name: 80, topics: 20, authors: 8 } as const;

/** The request that imports it, cut to what the API takes; what is cut off a text goes on in the body. */
export function requestOf(told: Told): ImportRequest {
  const { sourceId, state, publishedAt, picture, slug } = told;
  const named = (names: readonly string[], most: number) =>
    [...new Map(names.map((name) => [slugOf(name), cut(name, limits.name)[0]] as const)).entries()]
      .filter(([key]) => key !== '')
      .slice(0, most)
      .map(([key, name]) => ({ slug: key, name }));
  const authors = named(told.authors, limits.authors);
  const topics = named(told.topics, limits.topics);
  const [section] = named(told.section ? [told.section] : [], 1);
  const [headline, beyond] = cut(told.title ?? '', limits.headline);
  const { lead, body } = leadAndBody(told.summary, told.body);
  const time = publishedAt?.toISOString();
  const article: ImportedArticle = {
    ...(headline && { headline }),
    ...(slug && { slug }),
    ...(told.section && { kicker: cut(told.section, limits.kicker)[0] }),
    ...(lead && { lead }),
    ...(time && { dateline: { time } }),
    ...(picture && { leadPicture: picture }),
    body: beyond ? [paragraph(told.title!), ...body] : body,
    authors: authors.map((author) => author.slug),
    topics: topics.map((topic) => topic.slug),
    ...(section && { section: section.slug }),
  };
  return {
    sourceId,
    state,
    ...(time && { publishedAt: time }),
    terms: { authors, topics, ...(section && { section }) },
    article,
  };
}

const paragraph = (text: string): ImportedBlock => ({ type: 'paragraph', runs: [{ text }] });

function leadAndBody(
  summary: string | undefined,
  body: ImportedBlock[],
): { lead: string; body: ImportedBlock[] } {
  if (summary) {
    const [lead, beyond] = cut(summary, limits.lead);
    return { lead, body: beyond && body.length === 0 ? [paragraph(beyond)] : body };
  }
  const [first, ...rest] = body;
  if (first?.type !== 'paragraph') return { lead: '', body };
  const [lead, beyond] = cut(first.runs.map(({ text }) => text).join(''), limits.lead);
  const after = beyond ? [paragraph(beyond), ...rest] : rest;
  // An article of one paragraph keeps it: it has no text otherwise.
  return { lead, body: after.length > 0 ? after : body };
}
