import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  anArticleRequest,
  describeWith,
  startKafka,
  testDatabase,
  waitUntil,
  type KafkaCluster,
  type TestDatabase,
} from '#testing';
import { Replicas, type Draft } from '../articles/replicas.js';
import { rounds, ServiceProcess } from '../backbone/harness.js';
import { FakeService, newsroom } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';
import { SickNeighbour, type Health } from './sick-neighbour.js';

const RECOMMENDATIONS = resolve('dist', 'apps', 'recommendations', 'src', 'main.js');
const GATEWAYS = 3;
/** Milliseconds from the answer to a retraction after which nobody who asks may get anything of the article. */
const GONE_WITHIN = 2_000;
/** Milliseconds between two looks at an address, each at another gateway. */
const EVERY = 100;

interface Sickness {
  readonly articles: Health;
  readonly recommendations: Health | 'stopped';
}
/** In every round Kafka is away, too. */
const sicknesses: readonly Sickness[] = [
  { articles: 'slow', recommendations: 'stopped' },
  { articles: 'failing', recommendations: 'slow' },
  { articles: 'slow', recommendations: 'slow' },
  { articles: 'failing', recommendations: 'stopped' },
  { articles: 'well', recommendations: 'well' },
];
const ROUNDS = rounds(2, 100);

/** An article with a word that nothing else has, nor begins with, and another whose page shows its card. */
interface Subject {
  readonly word: string;
  readonly article: Draft;
  /** Where the word is to be seen before the retraction. */
  readonly addresses: readonly string[];
}

interface Look {
  readonly path: string;
  /** Milliseconds of this process's clock, when it was asked for and when the whole answer was there. */
  readonly asked: number;
  readonly at: number;
  readonly status: number;
  readonly shows: boolean;
  readonly text: string;
}

/** What shows articles of the whole site: the newest of them, whichever they are. */
const siteWide = [
  '/v1/articles',
  '/v1/sections/news',
  '/feeds/rss.xml',
  '/feeds/atom.xml',
  '/feeds/feed.json',
];

describeWith('postgres')('a retraction while Kafka is away', () => {
  let kafka: KafkaCluster;
  let articles: Replicas;
  let articlesUrl: string;
  let sick: { neighbour: SickNeighbour; proxy: FakeService };
  let recommendationsDb: TestDatabase;
  let recommendations: ServiceProcess;
  let slow: { neighbour: SickNeighbour; proxy: FakeService };
  let others: FakeService;
  let gateways: GatewayUnderTest[];
  const subjects: Subject[] = [];

  const startGateway = (): Promise<GatewayUnderTest> => {
    const { AUTH_JWKS, READER_KEY } = articles.env as Record<'AUTH_JWKS' | 'READER_KEY', string>;
    return GatewayUnderTest.start({
      ...upstreams(others, { articles: sick.proxy.url, recommendations: slow.proxy.url }),
      AUTH_JWKS,
      READER_KEY,
    });
  };

  beforeAll(async () => {
    kafka = await startKafka();
    articles = await Replicas.create(kafka.brokers);
    articlesUrl = (await articles.start()).url;
    await articles.furnish(articlesUrl);
    recommendationsDb = await testDatabase('recommendations');
    const env = {
      ...articles.env,
      RECOMMENDATIONS_DATABASE_URL: recommendationsDb.url,
      RECOMMENDATIONS_PORT: '0',
    };
    await ServiceProcess.start(RECOMMENDATIONS, ['migrate'], env, /(ran|up to date)/);
    recommendations = await ServiceProcess.start(RECOMMENDATIONS, [], env, /"url":"([^"]+)"/);
    sick = await SickNeighbour.before(articlesUrl);
    slow = await SickNeighbour.before(recommendations.url);
    others = await FakeService.start(newsroom());
    gateways = await Promise.all(Array.from({ length: GATEWAYS }, startGateway));
    for (let i = 0; i < ROUNDS + 1; i++) subjects.push(await aSubject(i));
    await waitUntil(() => isShown(gateways[0]!, subjects.at(-1)!), {
      within: 60_000,
      what: 'the cards of all articles',
    });
    await kafka.stop();
  }, 300_000);

  afterAll(async () => {
    recommendations?.signal('SIGCONT');
    await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
    await Promise.all([sick?.proxy, slow?.proxy, others].map((fake) => fake?.stop()));
    await recommendations?.kill();
    await Promise.all([articles?.remove(), recommendationsDb?.drop()]);
    await kafka?.remove();
  });

  const call = <Body = Draft>(method: string, path: string, body?: unknown, version?: number) =>
    articles.call<Body>(articlesUrl, method, path, body, version);

  async function publish(overrides: Record<string, unknown>): Promise<Draft> {
    const { id, version } = await call('POST', 'articles', anArticleRequest(overrides));
    return call('POST', `articles/${id}/publish`, undefined, version);
  }

  async function aSubject(i: number): Promise<Subject> {
    const word = `zwetschgen${i}krawall`;
    const topic = `thema-${i}`;
    for (const kind of ['topics', 'places']) await call('PUT', `${kind}/${topic}`, { name: `Thema ${i}` });
    const about = { topics: [topic], places: [topic] };
    const neighbour = await publish({ ...about, slug: `nachbar-${i}` });
    const text = {
      ...about,
      kicker: word,
      headline: `Der ${word} von Seewilen`,
      lead: `Ein ${word}`,
      body: [{ type: 'paragraph', runs: [{ text: `Ein ${word}` }] }],
    };
    const first = await publish({ ...text, slug: `frueher-${word}` });
    const edited = await call(
      'PUT',
      `articles/${first.id}`,
      anArticleRequest({ ...text, slug: `heute-${word}` }),
      first.version,
    );
    const article = await call('POST', `articles/${first.id}/publish`, undefined, edited.version);
    const names = [article.id, `heute-${word}`, `frueher-${word}`];
    const addresses = [
      ...names.flatMap((name) => ['', '/page', '/ninjs'].map((form) => `/v1/articles/${name}${form}`)),
      ...[`topics/${topic}`, `places/${topic}`].flatMap((list) => [
        `/v1/${list}`,
        `/feeds/${list}/rss.xml`,
        `/feeds/${list}/feed.json`,
      ]),
      `/feeds/topics/${topic}/atom.xml`,
      `/v1/articles?topic=${topic}`,
      `/v1/search?q=${word}`,
      `/sitemap-news.xml`,
      `/v1/articles/${neighbour.id}/rails`,
      `/v1/articles/${neighbour.id}/page`,
      `/v1/articles/nachbar-${i}/page`,
    ];
    return { word, article, addresses };
  }

  /** As a client that keeps what it got and asks whether that is still right. */
  function aReader(gateway: GatewayUnderTest, path: string, word: string, by: 'tag' | 'date' | 'nothing') {
    let kept: { text: string; etag: string | null; date: string | null } | undefined;
    return async (): Promise<Look> => {
      const headers: Record<string, string> = {};
      if (by === 'tag' && kept?.etag) headers['if-none-match'] = kept.etag;
      if (by === 'date' && kept?.date) headers['if-modified-since'] = kept.date;
      const asked = Date.now();
      const answer = await gateway.call('GET', path, { headers });
      const text = answer.status === 304 ? kept!.text : answer.text + (answer.headers.get('location') ?? '');
      const [etag, date] = ['etag', 'last-modified'].map((name) => answer.headers.get(name)) as string[];
      kept = { text, etag: etag!, date: date! };
      return { path, asked, at: Date.now(), status: answer.status, shows: text.includes(word), text };
    };
  }

  const read = (gateway: GatewayUnderTest, path: string, word: string): Promise<Look> =>
    aReader(gateway, path, word, 'nothing')();

  /** The addresses at which a gateway shows a subject. */
  async function shownBy(gateway: GatewayUnderTest, { addresses, word }: Subject): Promise<string[]> {
    const looks = await Promise.all(addresses.map((path) => read(gateway, path, word)));
    return looks.filter(({ shows }) => shows).map(({ path }) => path);
  }

  const isShown = async (gateway: GatewayUnderTest, subject: Subject): Promise<boolean> =>
    (await shownBy(gateway, subject)).length === subject.addresses.length;

  function fallSick({ articles: health, recommendations: theirs }: Sickness): void {
    sick.neighbour.health = health;
    slow.neighbour.health = theirs === 'stopped' ? 'well' : theirs;
    if (theirs === 'stopped') recommendations.signal('SIGSTOP');
  }

  function recover(): void {
    recommendations.signal('SIGCONT');
    fallSick({ articles: 'well', recommendations: 'well' });
  }

  /** Retracts while every address is read at every gateway. @returns the looks, and when the retraction was answered. */
  async function retract(subject: Subject, sickness: Sickness): Promise<{ looks: Look[]; answered: number }> {
    const { article, word, addresses } = subject;
    for (const gateway of gateways) {
      await waitUntil(() => isShown(gateway, subject), { within: 20_000 });
    }
    const looks: Look[] = [];
    const over = new AbortController();
    const reader = async (path: string, i: number): Promise<void> => {
      const by = (['tag', 'date', 'nothing'] as const)[i % 3]!;
      const atEach = gateways.map((gateway) => aReader(gateway, path, word, by));
      for (let n = i; !over.signal.aborted; n++) {
        looks.push(await atEach[n % atEach.length]!());
        await delay(EVERY);
      }
      // Nobody who asks now may get it, however long the answer takes.
      looks.push(...(await Promise.all(atEach.map((look) => look()))));
    };
    const readers = [...addresses, ...siteWide].map(reader);
    fallSick(sickness);
    await waitUntil(() => looks.length > readers.length * 2);
    await call('POST', `articles/${article.id}/retract`, { reason: 'legal' }, article.version);
    const answered = Date.now();
    await delay(GONE_WITHIN + 1);
    over.abort();
    await Promise.all(readers);
    recover();
    return { looks, answered };
  }

  it('leaves nothing of the article in any answer after 2 s, however sick articles and recommendations are', async () => {
    const gone: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const sickness = sicknesses[round % sicknesses.length]!;
      const { looks, answered } = await retract(subjects[round]!, sickness);
      const shown = looks.filter(({ shows, at }) => shows && at > answered);
      gone.push(Math.max(0, ...shown.map(({ at }) => at - answered)));
      const late = shown.filter(({ asked }) => asked > answered + GONE_WITHIN);
      expect({ sickness, late: late.map(({ path, at }) => [path, at - answered]) }).toEqual({
        sickness,
        late: [],
      });
    }
    report(gone);
  }, 1_800_000);

  it('is known to a gateway that starts while Kafka is still away', async () => {
    const gateway = await startGateway();
    gateways.push(gateway);
    for (const { word, addresses } of subjects.slice(0, ROUNDS)) {
      const looks = await Promise.all(
        addresses.map(async (path) => {
          await waitUntil(async () => (await read(gateway, path, word)).status !== 503);
          return read(gateway, path, word);
        }),
      );
      expect(looks.filter(({ shows }) => shows).map(({ path }) => path)).toEqual([]);
      const own = looks.filter(({ path }) => /^\/v1\/articles\/\w+-zwetschgen/.test(path));
      expect(own.map(({ status }) => status)).toEqual(own.map(() => 410));
    }
  });

  it('is known as soon as an articles service that hung right after it answers again; till then pages are stale for a minute', async () => {
    const subject = subjects.at(-1)!;
    const { article, word } = subject;
    const [gateway] = gateways as [GatewayUnderTest];
    await waitUntil(() => isShown(gateway, subject), { within: 20_000 });
    const served = performance.now();
    sick.neighbour.health = 'hung';
    await call('POST', `articles/${article.id}/retract`, { reason: 'legal' }, article.version);
    const page = `/v1/articles/${article.id}/page`;
    const stale = await waitUntil(async () => {
      const { body } = await gateway.get(page);
      return (body['article'] as { status?: string } | undefined)?.status === 'stale' && body;
    });
    expect(JSON.stringify(stale)).toContain(word);
    // A minute is too long to wait for in every run.
    if (rounds(0, 1)) await staleForAMinute(gateway, subject, served);
    sick.neighbour.health = 'well';
    await waitUntil(async () => (await read(gateway, page, word)).status === 410, { within: GONE_WITHIN });
    expect(await shownBy(gateway, subject)).toEqual([]);
  });

  async function staleForAMinute(gateway: GatewayUnderTest, subject: Subject, since: number): Promise<void> {
    const page = `/v1/articles/${subject.article.id}/page`;
    await waitUntil(async () => !(await read(gateway, page, subject.word)).shows, { within: 90_000 });
    expect(performance.now() - since).toBeLessThan(66_000);
    expect(await shownBy(gateway, subject)).toEqual([]);
  }
});

function report(gone: readonly number[]): void {
  if (gone.length < 100) return;
  const sorted = gone.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!;
  process.stdout.write(
    `${gone.length} retractions: the last answer with the text came p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${sorted.at(-1)} ms after it\n`,
  );
}
