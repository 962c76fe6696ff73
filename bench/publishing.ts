import pLimit from 'p-limit';
import { anArticleRequest, type EditorialArticle } from '#testing';
import { Archive } from './archive.js';
import { germanArticle, germanTexts } from './german-articles.js';

const ARTICLES = 1_500;
const LANES = 16;

/** How many articles per second one process creates and publishes through its API. */
export async function measurePublishing(): Promise<void> {
  const archive = await Archive.start();
  try {
    const texts = await germanTexts();
    const { dateline } = anArticleRequest();
    const drafts: EditorialArticle[] = [];
    const created = await perSecond(ARTICLES, async (i) => {
      const article = germanArticle(texts, i);
      drafts[i] = await archive.editor.draft({ ...article, section: 'news', topics: [], dateline });
    });
    const published = await perSecond(ARTICLES, async (i) => {
      await archive.editor.change(drafts[i]!, 'POST', '/publish');
    });
    const both = 1 / (1 / created + 1 / published);
    console.log(
      `per second: ${created.toFixed(0)} drafts, ${published.toFixed(0)} publications, ` +
        `${both.toFixed(0)} articles created and published`,
    );
  } finally {
    await archive.remove();
  }
}

async function perSecond(count: number, work: (i: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await pLimit(LANES).map(Array.from({ length: count }).keys(), work);
  return (count / (performance.now() - startedAt)) * 1_000;
}
