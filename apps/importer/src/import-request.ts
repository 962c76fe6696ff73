import { createHash } from 'node:crypto';
import { slugOf } from '#events';
import { apiLimits } from './limits.js';
import type { ImportedArticle, ImportedBlock, ImportedPicture, ImportRequest } from './record.js';
import { cut, splitText } from './text-runs.js';

/** An article of a feed or an export, in our terms. */
export interface SourceArticle {
  readonly sourceId: string;
  readonly state: 'published' | 'draft';
  readonly title?: string;
  readonly slug?: string;
  /** The lead as plain text; by default the first paragraph. */
  readonly summary?: string;
  readonly body: ImportedBlock[];
  /** The time of publication, past or future. */
  readonly time?: Date;
  readonly authors: readonly string[];
  readonly section?: string;
  readonly topics: readonly string[];
  readonly picture?: ImportedPicture;
}

/**
 * The request that imports an article, within the limits of the API: text that is cut off continues in the body. An article
 * with a future time becomes a draft under an embargo until then.
 * @param note receives what was left out or changed.
 */
export function requestOf(source: SourceArticle, note: (what: string) => void): ImportRequest {
  const { sourceId, time } = source;
  const names = (all: readonly string[], count: number, what: string) => {
    const named = all.map((name) => ({ slug: slugOf(name), name: cut(name, apiLimits.name)[0] }));
    const usable = [...new Map(named.filter(({ slug }) => slug).map((one) => [one.slug, one])).values()];
    if (named.some(({ slug }) => !slug)) note(`${what} without a letter or digit for a slug, left out`);
    if (usable.length > count) note(`${what} beyond the first ${count}, left out`);
    return usable.slice(0, count);
  };
  const authors = names(source.authors, apiLimits.authors, 'author');
  const topics = names(source.topics, apiLimits.topics, 'topic');
  const [section] = names(source.section ? [source.section] : [], 1, 'section');
  const [headline, beyond] = cut(source.title ?? '', apiLimits.headline);
  if (!headline) note('without a title, imported as a draft');
  const { lead, body } = leadAndBody(source.summary, source.body);
  const isFuture = time !== undefined && time.getTime() > Date.now();
  if (isFuture) note('with a future time, imported as a draft under an embargo');
  const iso = time?.toISOString();
  const article: ImportedArticle = {
    ...(headline && { headline }),
    ...slugFrom(source.slug, note),
    ...(section && { kicker: cut(section.name, apiLimits.kicker)[0] }),
    ...(lead && { lead }),
    ...(iso && { dateline: { time: iso } }),
    ...(source.picture && { leadPicture: fitting(source.picture) }),
    body: fewEnough([...(beyond ? paragraphs(source.title!) : []), ...body], note),
    authors: authors.map(({ slug }) => slug),
    topics: topics.map(({ slug }) => slug),
    ...(section && { section: section.slug }),
    ...(isFuture && { embargoUntil: iso }),
  };
  return {
    sourceId: shortId(sourceId),
    state: isFuture ? 'draft' : source.state,
    ...(iso && !isFuture && source.state === 'published' && { publishedAt: iso }),
    terms: { authors, topics, ...(section && { section }) },
    article,
  };
}

/** An id that is too long is replaced by its digest. */
export const shortId = (sourceId: string): string =>
  sourceId.length <= apiLimits.sourceId
    ? sourceId
    : `sha256:${createHash('sha256').update(sourceId).digest('hex')}`;

function slugFrom(slug: string | undefined, note: (what: string) => void): { slug?: string } {
  if (!slug) return {};
  const kept = slugOf(unescaped(slug));
  if (kept !== slug) note('slug that is not allowed here, changed');
  return kept ? { slug: kept } : {};
}

/** WordPress escapes letters that are not ASCII, as in `%c3%bc`. */
function unescaped(slug: string): string {
  try {
    return decodeURIComponent(slug);
  } catch {
    return slug;
  }
}

const paragraphs = (text: string): ImportedBlock[] =>
  splitText(text, apiLimits.run).map((part) => ({ type: 'paragraph', runs: [{ text: part }] }));

function leadAndBody(
  summary: string | undefined,
  body: ImportedBlock[],
): { lead: string; body: ImportedBlock[] } {
  if (summary) {
    const [lead, beyond] = cut(summary, apiLimits.lead);
    return { lead, body: beyond ? [...paragraphs(beyond), ...body] : body };
  }
  const [first, ...rest] = body;
  if (first?.type !== 'paragraph') return { lead: '', body };
  const [lead, beyond] = cut(first.runs.map(({ text }) => text).join(''), apiLimits.lead);
  // A paragraph with links stays in the body, so that they are not lost.
  if (first.runs.some(({ link }) => link)) return { lead, body };
  const after = beyond ? [...paragraphs(beyond), ...rest] : rest;
  // The only paragraph stays in the body, too: otherwise the article would have no text.
  return { lead, body: after.length > 0 ? after : body };
}

function fitting(picture: ImportedPicture): ImportedPicture {
  const { alt, caption, credit } = picture;
  return {
    ...picture,
    ...(alt && { alt: cut(alt, apiLimits.alt)[0] }),
    ...(caption && { caption: cut(caption, apiLimits.caption)[0] }),
    ...(credit && { credit: cut(credit, apiLimits.credit)[0] }),
  };
}

/** Joins adjacent paragraphs until the body has no more blocks than the API accepts. */
function fewEnough(blocks: ImportedBlock[], note: (what: string) => void): ImportedBlock[] {
  let fewer = blocks;
  for (let size = 2; fewer.length > apiLimits.blocks && size <= 64; size *= 2) fewer = joined(blocks, size);
  if (fewer !== blocks) note(`more than ${apiLimits.blocks} blocks, paragraphs joined`);
  return fewer;
}

function joined(blocks: readonly ImportedBlock[], size: number): ImportedBlock[] {
  const result: ImportedBlock[] = [];
  let members = 0;
  for (const block of blocks) {
    const last = result.at(-1);
    const fits =
      last?.type === 'paragraph' &&
      block.type === 'paragraph' &&
      members < size &&
      last.runs.length + block.runs.length < apiLimits.runs;
    if (fits) {
      last.runs.push({ text: '\n\n' }, ...block.runs);
      members++;
    } else {
      result.push(block.type === 'paragraph' ? { ...block, runs: [...block.runs] } : block);
      members = 1;
    }
  }
  return result;
}
