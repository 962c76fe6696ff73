import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DemoApi } from './demo-api.js';

/** Relative to the project's root, where npm scripts run. */
const CONTENT = join('demo', 'content');

export interface LoadDemoOptions {
  readonly gatewayUrl: string;
  /** Bearer token with the roles editor and sales. */
  readonly token: string;
  /** The base URL of the pictures, without a trailing slash. */
  readonly picturesUrl: string;
  readonly say: (line: string) => void;
}

interface Term {
  readonly slug: string;
  readonly name: string;
}
interface PictureFile {
  readonly file: string;
  readonly [field: string]: unknown;
}
interface DemoComment {
  readonly reader: string;
  readonly text: string;
  readonly replies?: readonly DemoComment[];
}
interface DemoArticle {
  readonly slug: string;
  readonly dateline: { readonly place?: string; readonly hoursAgo: number };
  readonly leadPicture: PictureFile;
  readonly body: readonly { readonly type: string; readonly picture?: PictureFile; readonly slug?: string }[];
  /** Notes of corrections made after publication. */
  readonly corrections?: readonly string[];
  readonly poll?: {
    readonly question: string;
    readonly options: readonly string[];
    readonly votes: readonly number[];
  };
  readonly comments?: readonly DemoComment[];
  readonly [field: string]: unknown;
}

const json = async <T>(...path: string[]): Promise<T> =>
  JSON.parse(await readFile(join(CONTENT, ...path), 'utf8')) as T;

/** Whether the gateway serves the newest demo article. */
export async function isDemoLoaded(gatewayUrl: string): Promise<boolean> {
  const newest = (await readdir(join(CONTENT, 'articles'))).toSorted().at(-1);
  const { slug } = await json<DemoArticle>('articles', newest!);
  const answer = await fetch(`${gatewayUrl}/v1/articles/${slug}`, { signal: AbortSignal.timeout(5_000) });
  return answer.status === 200 || answer.status === 410;
}

/**
 * Loads the demo content through the public API. Safe to repeat: slugs identify terms and authors, articles and polls carry
 * an idempotency key, and existing comments and votes stay.
 */
export async function loadDemo({ gatewayUrl, token, picturesUrl, say }: LoadDemoOptions): Promise<void> {
  const api = new DemoApi(gatewayUrl, token);
  const picture = ({ file, ...fields }: PictureFile) => ({ url: `${picturesUrl}/${file}`, ...fields });

  const related = ({ slug, ...block }: { readonly type: string; readonly slug?: string }) => ({
    ...block,
    url: new URL(`/a/${slug}`, picturesUrl).href,
  });

  for (const kind of ['sections', 'topics', 'places'] as const) {
    const terms = await json<Term[]>(`${kind}.json`);
    // One after another: sections are shown in the order of their creation.
    for (const { slug, ...term } of terms) await api.put(`/v1/editorial/${kind}/${slug}`, term);
  }
  const authors = await json<(Term & { portrait: string })[]>('authors.json');
  await Promise.all(
    authors.map(({ slug, portrait, ...author }) =>
      api.put(`/v1/editorial/authors/${slug}`, { ...author, portrait: `${picturesUrl}/${portrait}` }),
    ),
  );
  const slots = await json<(Term & { picture: PictureFile })[]>('slots.json');
  await Promise.all(
    slots.map(({ slug, picture: file, ...slot }) =>
      api.put(`/v1/editorial/slots/${slug}`, { ...slot, picture: picture(file) }),
    ),
  );

  const files = (await readdir(join(CONTENT, 'articles'))).toSorted();
  const readers: Promise<void>[] = [];
  for (const [index, file] of files.entries()) {
    const {
      poll,
      comments = [],
      dateline,
      leadPicture,
      body,
      corrections,
      ...article
    } = await json<DemoArticle>('articles', file);
    const { hoursAgo, ...where } = dateline;
    const pollId = poll && (await api.createPoll(article.slug, poll));
    const request = {
      ...article,
      dateline: { ...where, time: new Date(Date.now() - hoursAgo * 3_600_000).toISOString() },
      leadPicture: picture(leadPicture),
      body: body.map((block) => {
        if (block.type === 'poll') return { type: 'poll', pollId };
        if (block.type === 'related-link') return related(block);
        return block.picture ? { ...block, picture: picture(block.picture) } : block;
      }),
    };
    const articleId = await api.publishArticle(article.slug, request, corrections);
    readers.push(addReaders(api, articleId, { pollId, votes: poll?.votes, comments }));
    say(`Demo newsroom: ${index + 1} of ${files.length} articles`);
  }
  await Promise.all(readers);
}

/** Adds comments and votes, as soon as comments and polls have received the article. */
async function addReaders(
  api: DemoApi,
  articleId: string,
  {
    pollId,
    votes = [],
    comments,
  }: { pollId?: string; votes?: readonly number[]; comments: readonly DemoComment[] },
): Promise<void> {
  await api.untilOpen(articleId, pollId);
  if (pollId) await api.vote(pollId, votes);
  await addComments(api, articleId, comments, await api.commentIds(articleId));
}

/** @param known ids of existing comments, by text. */
async function addComments(
  api: DemoApi,
  articleId: string,
  comments: readonly DemoComment[],
  known: ReadonlyMap<string, string>,
  parentId?: string,
): Promise<void> {
  for (const { reader, text, replies = [] } of comments) {
    const id = known.get(text) ?? (await api.comment(articleId, { reader, text, parentId }));
    await addComments(api, articleId, replies, known, id);
  }
}
