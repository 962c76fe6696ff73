import pLimit from 'p-limit';
import { Editor, ServiceProcesses, waitUntil, type ServiceProcess, type TestDatabase } from '#testing';
import { germanArticle, germanTexts } from './german-articles.js';
import { vacuum } from './vacuum.js';

/** Concurrent imports. */
const LANES = 16;
const MINUTE = 60_000;

/** The articles service in a process of its own, with an editor. */
export class Archive {
  private constructor(
    readonly processes: ServiceProcesses,
    readonly db: TestDatabase,
    readonly service: ServiceProcess,
    readonly editor: Editor,
  ) {}

  static async start(): Promise<Archive> {
    const processes = await ServiceProcesses.create();
    const db = await processes.createDatabase('articles');
    const service = await processes.start('articles');
    const editor = new Editor(`${service.url}/editorial`, await processes.token('editor'));
    await editor.createTerms();
    return new Archive(processes, db, service, editor);
  }

  get url(): string {
    return this.service.url;
  }

  /** Imports the articles `from` to `to` - 1, published a minute apart, and waits until they are in the log. */
  async fill(from: number, to: number): Promise<void> {
    const texts = await germanTexts();
    for (const section of new Set(texts.map((text) => text.section))) {
      await this.editor.sendOk('PUT', `/sections/${section}`, { name: section });
    }
    for (let i = 0; i < 50; i++) {
      await this.editor.sendOk('PUT', `/topics/thema-${i}`, { name: `Thema ${i}` });
    }
    const newest = Date.now();
    await pLimit(LANES).map(Array.from({ length: to - from }).keys(), async (i) => {
      const n = from + i;
      const { state } = await this.editor.sendOk<{ state: string }>('POST', '/imports', {
        sourceId: `bench:${n}`,
        publishedAt: new Date(newest - n * MINUTE).toISOString(),
        article: germanArticle(texts, n),
      });
      if (state !== 'published') throw new Error(`Article ${n} was not published.`);
      if (n % 10_000 === 0) console.log(`${n} articles`);
    });
    await waitUntil(async () => (await this.db.query('SELECT FROM outbox LIMIT 1')).length === 0, {
      within: 600_000,
      what: 'an empty outbox',
    });
    await vacuum(this.db.url);
  }

  remove(): Promise<void> {
    return this.processes.remove();
  }
}
