import { addressOf, anArticleRequest } from '#testing';
import { inLanes, Replicas, type Draft } from '../test/articles/replicas.js';
import { germanArticle, germanTexts } from './german-articles.js';

const ARTICLES = 1_500;
const LANES = 16;

/** How many articles a second one process takes in and publishes, through its API. */
export async function measurePublishing(): Promise<void> {
  const replicas = await Replicas.create(addressOf('kafka'));
  try {
    const { url } = await replicas.start();
    await replicas.furnish(url);
    const texts = await germanTexts();
    const drafts: Draft[] = [];
    const created = await perSecond(ARTICLES, async (i) => {
      const request = {
        ...germanArticle(texts, i),
        section: 'news',
        topics: [],
        dateline: anArticleRequest()['dateline'],
      };
      drafts[i] = await replicas.call<Draft>(url, 'POST', 'articles', request);
    });
    const published = await perSecond(ARTICLES, async (i) => {
      const { id, version } = drafts[i]!;
      await replicas.call(url, 'POST', `articles/${id}/publish`, undefined, version);
    });
    const both = 1 / (1 / created + 1 / published);
    console.log(
      `${created.toFixed(0)} drafts a second, ${published.toFixed(0)} publications a second, ` +
        `${both.toFixed(0)} articles a second from nothing to public`,
    );
  } finally {
    await replicas.remove();
  }
}

async function perSecond(count: number, work: (i: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await inLanes(LANES, count, work);
  return (count / (performance.now() - startedAt)) * 1_000;
}
