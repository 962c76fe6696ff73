import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  anArticleRequest,
  describeWith,
  Editor,
  rounds,
  ServiceProcesses,
  startKafka,
  waitUntil,
  type EditorialArticle,
  type KafkaCluster,
  type ServiceProcess,
} from '#testing';
import { FakeService, newsroom } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';
import { look, lookingFor, type Look, type Validation } from './look.js';
import { SickNeighbour, type Health } from './sick-neighbour.js';

const GATEWAYS = 3;
/** Milliseconds after the answer to a retraction. Later requests must get nothing of the article. */
const GONE_WITHIN = 2_000;
/** Milliseconds between two reads of an address, each at the next gateway. */
const EVERY = 100;

interface Sickness {
  readonly articles: Health;
  readonly recommendations: Health | 'stopped';
}
/** In every round, Kafka is down, too. */
const sicknesses: readonly Sickness[] = [
  { articles: 'slow', recommendations: 'stopped' },
  { articles: 'failing', recommendations: 'slow' },
  { articles: 'slow', recommendations: 'slow' },
  { articles: 'failing', recommendations: 'stopped' },
  { articles: 'well', recommendations: 'well' },
];
const ROUNDS = rounds(2, 100);

/** An article with a word of its own, and a neighbour whose page shows its card. */
interface Subject {
  readonly word: string;
  readonly article: EditorialArticle;
  /** The addresses that show the word before the retraction. */
  readonly addresses: readonly string[];
}

/** The addresses that show the newest articles of the whole site. */
const siteWide = [
  '/v1/articles',
  '/v1/sections/news',
  '/feeds/rss.xml',
  '/feeds/atom.xml',
  '/feeds/feed.json',
];

describeWith('postgres')('a retraction while Kafka is down', () => {
  let kafka: KafkaCluster;
  let processes: ServiceProcesses;
  let editor: Editor;
  let sick: { neighbour: SickNeighbour; proxy: FakeService };
  let recommendations: ServiceProcess;
  let slow: { neighbour: SickNeighbour; proxy: FakeService };
  let others: FakeService;
  let gateways: GatewayUnderTest[];
  const subjects: Subject[] = [];

  const startGateway = (): Promise<GatewayUnderTest> => {
    const { AUTH_JWKS, READER_KEY } = processes.env as Record<'AUTH_JWKS' | 'READER_KEY', string>;
    return GatewayUnderTest.start({
      ...upstreams(others, { articles: sick.proxy.url, recommendations: slow.proxy.url }),
      AUTH_JWKS,
      READER_KEY,
    });
  };

  beforeAll(async () => {
    kafka = await startKafka();
    processes = await ServiceProcesses.create(kafka.brokers);
    for (const service of ['articles', 'recommendations']) await processes.createDatabase(service);
    const articles = await processes.start('articles');
    editor = new Editor(`${articles.url}/editorial`, await processes.token('editor'));
    await editor.createTerms();
    recommendations = await processes.start('recommendations');
    sick = await SickNeighbour.before(articles.url);
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
    await processes?.remove();
    await kafka?.remove();
  });

  async function aSubject(i: number): Promise<Subject> {
    const word = `zwetschgen${i}krawall`;
    const topic = `thema-${i}`;
    for (const kind of ['topics', 'places']) {
      await editor.sendOk('PUT', `/${kind}/${topic}`, { name: `Thema ${i}` });
    }
    const about = { topics: [topic], places: [topic] };
    const neighbour = await editor.publish({ ...about, slug: `nachbar-${i}` });
    const text = {
      ...about,
      kicker: word,
      headline: `Der ${word} von Seewilen`,
      lead: `Ein ${word}`,
      body: [{ type: 'paragraph', runs: [{ text: `Ein ${word}` }] }],
    };
    const first = await editor.publish({ ...text, slug: `frueher-${word}` });
    const edited = await editor.change(
      first,
      'PUT',
      '',
      anArticleRequest({ ...text, slug: `heute-${word}` }),
    );
    const article = await editor.change(edited, 'POST', '/publish');
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

  /** The addresses at which a gateway shows a subject. */
  async function shownBy(gateway: GatewayUnderTest, { addresses, word }: Subject): Promise<string[]> {
    const looks = await Promise.all(addresses.map((path) => look(word, gateway, path)));
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

  /** Retracts an article while every address is read at every gateway. @returns the reads, and the time of the answer. */
  async function retract(subject: Subject, sickness: Sickness): Promise<{ looks: Look[]; answered: number }> {
    const { article, word, addresses } = subject;
    for (const gateway of gateways) {
      await waitUntil(() => isShown(gateway, subject), { within: 20_000 });
    }
    const looks: Look[] = [];
    const over = new AbortController();
    const reader = async (path: string, i: number): Promise<void> => {
      const by = (['tag', 'date', 'nothing'] satisfies Validation[])[i % 3]!;
      const atEach = gateways.map((gateway) => lookingFor(word, gateway, path, by));
      for (let n = i; !over.signal.aborted; n++) {
        looks.push(await atEach[n % atEach.length]!());
        await delay(EVERY);
      }
      // A request that starts now must not get it, however long the answer takes.
      looks.push(...(await Promise.all(atEach.map((lookAgain) => lookAgain()))));
    };
    const readers = [...addresses, ...siteWide].map(reader);
    fallSick(sickness);
    await waitUntil(() => looks.length > readers.length * 2);
    await editor.change(article, 'POST', '/retract', { reason: 'legal' });
    const answered = Date.now();
    await delay(GONE_WITHIN + 1);
    over.abort();
    await Promise.all(readers);
    recover();
    return { looks, answered };
  }

  it('leaves nothing of the article in any answer after 2 s, even if articles and recommendations fail', async () => {
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

  it('is known to a gateway that starts while Kafka is still down', async () => {
    const gateway = await startGateway();
    gateways.push(gateway);
    for (const { word, addresses } of subjects.slice(0, ROUNDS)) {
      const looks = await Promise.all(
        addresses.map(async (path) => {
          await waitUntil(async () => (await look(word, gateway, path)).status !== 503, {
            within: 30_000,
            what: `an answer of ${path}`,
          });
          return look(word, gateway, path);
        }),
      );
      expect(looks.filter(({ shows }) => shows).map(({ path }) => path)).toEqual([]);
      const own = looks.filter(({ path }) => /^\/v1\/articles\/\w+-zwetschgen/.test(path));
      expect(own.map(({ status }) => status)).toEqual(own.map(() => 410));
    }
  });

  it('takes effect when a hung articles service answers again; until then, pages are stale for at most a minute', async () => {
    const subject = subjects.at(-1)!;
    const { article, word } = subject;
    const [gateway] = gateways as [GatewayUnderTest];
    await waitUntil(() => isShown(gateway, subject), { within: 20_000 });
    const served = performance.now();
    sick.neighbour.health = 'hung';
    await editor.change(article, 'POST', '/retract', { reason: 'legal' });
    const page = `/v1/articles/${article.id}/page`;
    const stale = await waitUntil(async () => {
      const { body } = await gateway.get(page);
      return (body['article'] as { status?: string } | undefined)?.status === 'stale' && body;
    });
    expect(JSON.stringify(stale)).toContain(word);
    // A minute is too long to wait for in every run.
    if (rounds(0, 1)) await staleForAMinute(gateway, subject, served);
    sick.neighbour.health = 'well';
    await waitUntil(async () => (await look(word, gateway, page)).status === 410, { within: GONE_WITHIN });
    expect(await shownBy(gateway, subject)).toEqual([]);
  });

  async function staleForAMinute(gateway: GatewayUnderTest, subject: Subject, since: number): Promise<void> {
    const page = `/v1/articles/${subject.article.id}/page`;
    await waitUntil(async () => !(await look(subject.word, gateway, page)).shows, { within: 90_000 });
    expect(performance.now() - since).toBeLessThan(66_000);
    expect(await shownBy(gateway, subject)).toEqual([]);
  }
});

function report(gone: readonly number[]): void {
  if (gone.length < 100) return;
  const sorted = gone.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!;
  process.stdout.write(
    `${gone.length} retractions: the last answer with the text arrived p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${sorted.at(-1)} ms later\n`,
  );
}
