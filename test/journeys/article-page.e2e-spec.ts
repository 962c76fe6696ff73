import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callApi, describeWith, Editor, Reader, waitUntil, type Page } from '#testing';
import { embeddedNewsroom, runningNewsroom, separateServices, type Newsroom } from './targets.js';

const isWhole = (page: Page): boolean =>
  page.comments.data?.open && page.rails.status === 'fresh' && page.poll.status === 'fresh';

/** The life of an article, from its publication to its retraction: the same for every way to run the newsroom. */
const journeys = (start: () => Promise<Newsroom>) => (): void => {
  let newsroom: Newsroom;
  let editor: Editor;
  let reader: Reader;

  beforeAll(async () => {
    newsroom = await start();
    editor = await Editor.of(newsroom);
    reader = new Reader(newsroom);
  });

  afterAll(async () => {
    await newsroom?.stop();
  });

  /** The page, once it satisfies `condition`: events take a moment to propagate. */
  const pageWhen = (idOrSlug: string, what: string, condition: (page: Page) => boolean): Promise<Page> =>
    waitUntil(
      async () => {
        const { status, body } = await reader.page(idOrSlug);
        return status === 200 && condition(body) ? body : undefined;
      },
      { within: 20_000, every: 100, what },
    );

  const withPoll = async () => {
    const poll = await editor.poll('Fahren Sie mit?', ['Ja', 'Nein']);
    const paragraph = { type: 'paragraph', runs: [{ text: 'Um acht Uhr ging es los.' }] };
    const article = await editor.publish({
      body: [paragraph, { type: 'poll', pollId: poll.id }],
      topics: ['verkehr'],
    });
    await pageWhen(article.slug, 'the page', isWhole);
    return { article, poll };
  };

  it('shows a published article with all its parts fresh', async () => {
    const { article, poll } = await withPoll();
    const { body: page } = await reader.page(article.slug);
    const statuses = Object.values(page).map((part: { status: string }) => part.status);
    expect(statuses).toEqual(['fresh', 'fresh', 'fresh', 'fresh', 'fresh']);
    expect(page.poll.data).toMatchObject({ id: poll.id, state: 'open', votes: 0 });
  });

  it('counts comments and votes of readers without a login on the page, in lists and in rails', async () => {
    const { article, poll } = await withPoll();
    const neighbour = await editor.publish({ topics: ['verkehr'] });
    expect((await reader.comment(article.id, 'Endlich!')).status).toBe(201);
    expect((await new Reader(newsroom).comment(article.id, 'Ich bleibe zu Hause.')).status).toBe(201);
    expect((await reader.vote(poll.id, poll.options[0]!.id)).status).toBe(200);

    const page = await pageWhen(
      article.slug,
      'three interactions',
      ({ interactions }) => interactions.data.total === 3,
    );
    expect(page.interactions.data).toMatchObject({ comments: 2, votes: 1, total: 3 });
    expect(page.comments.data.items.map(({ text }) => text)).toEqual(['Ich bleibe zu Hause.', 'Endlich!']);
    expect(page.poll.data?.options.map(({ votes }) => votes)).toEqual([1, 0]);

    const cardOf = ({ rails }: Page) =>
      rails.data?.rails.flatMap(({ cards }) => cards).find(({ id }) => id === article.id);
    const other = await pageWhen(neighbour.slug, 'the card', (found) => cardOf(found)?.interactions === 3);
    expect(cardOf(other)).toMatchObject({ interactions: 3 });
    const list = await waitUntil(async () => {
      const { body } = await reader.get<{ items: { id: string; interactions: number }[] }>(
        '/v1/sections/news?limit=50',
      );
      return body.items.find(({ id, interactions }) => id === article.id && interactions === 3);
    });
    expect(list.interactions).toBe(3);
  });

  it('recognizes a reader: one alias per article, one ballot per poll', async () => {
    const { article, poll } = await withPoll();
    const me = new Reader(newsroom);
    const first = await me.comment(article.id, 'Erster!');
    const second = await me.comment(article.id, 'Zweiter!');
    expect(second.body['alias']).toBe(first.body['alias']);
    await me.vote(poll.id, poll.options[0]!.id);
    const changed = await me.vote(poll.id, poll.options[1]!.id);
    expect(changed.body).toMatchObject({ votes: 1, options: [{ votes: 0 }, { votes: 1 }] });
  });

  it('shows an edit only after it is published, and then everywhere', async () => {
    const { article } = await withPoll();
    const neighbour = await editor.publish({ topics: ['verkehr'] });
    const { body: current } = await editor.send('GET', `/articles/${article.id}`);
    const content = { ...(current['content'] as object), headline: 'Die Fähre fährt doppelt' };
    const edited = await editor.change(article, 'PUT', '', content);
    expect((await reader.page(article.slug)).body.article.data.headline).toBe('Die Fähre fährt wieder');
    await editor.change(edited, 'POST', '/publish');
    await pageWhen(
      article.slug,
      'the new headline',
      ({ article: a }) => a.data.headline === 'Die Fähre fährt doppelt',
    );
    const page = await pageWhen(neighbour.slug, 'the new card', ({ rails }) =>
      rails.data?.rails.some(({ cards }) =>
        cards.some(({ headline }) => headline === 'Die Fähre fährt doppelt'),
      ),
    );
    expect(page.rails.status).toBe('fresh');
  });

  it('shows nothing of a retracted article: neither its page nor its card, comments or poll', async () => {
    const { article, poll } = await withPoll();
    const neighbour = await editor.publish({ topics: ['verkehr'] });
    const shows = ({ rails }: Page) =>
      rails.data?.rails.some(({ cards }) => cards.some(({ id }) => id === article.id));
    await pageWhen(neighbour.slug, 'the card in a rail', (page) => shows(page));
    await editor.change(article, 'POST', '/retract', { reason: 'legal', note: 'Auf Wunsch der Familie.' });

    const gone = await waitUntil(async () => {
      const answer = await callApi(`${newsroom.gatewayUrl}/v1/articles/${article.slug}/page`);
      return answer.status === 410 && answer;
    });
    expect(gone.body).toMatchObject({
      code: 'article.retracted',
      reason: 'legal',
      note: 'Auf Wunsch der Familie.',
    });
    expect((await callApi(`${newsroom.gatewayUrl}/v1/articles/${article.id}`)).status).toBe(410);
    await pageWhen(
      neighbour.slug,
      'the card to be gone',
      (page) => page.rails.status === 'fresh' && !shows(page),
    );
    await waitUntil(async () => (await reader.get(`/v1/polls/${poll.id}`)).status === 410, {
      what: 'the poll to be gone',
    });
    const { body: list } = await reader.get<{ items: { id: string }[] }>('/v1/articles?limit=50');
    expect(list.items.map(({ id }) => id)).not.toContain(article.id);
    await waitUntil(async () => !(await reader.get(`/v1/articles/${article.id}/comments`)).body['open']);
    const refused = await reader.comment(article.id, 'Noch ein Wort.');
    expect(refused).toMatchObject({ status: 409, body: { code: 'comments.closed' } });
  });

  it('lets only one of two editors change the same version', async () => {
    const article = await editor.publish();
    const { body } = await editor.send('GET', `/articles/${article.id}`);
    const put = () =>
      editor.send('PUT', `/articles/${article.id}`, body['content'], { 'if-match': `"${article.version}"` });
    const answers = await Promise.all([put(), put()]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    expect(answers.find(({ status }) => status === 412)?.body).toMatchObject({
      version: article.version + 1,
    });
  });

  it('creates one article from a request that is sent twice', async () => {
    const key = { 'idempotency-key': `journey-${Date.now()}` };
    const { body: template } = await editor.send('GET', `/articles/${(await editor.publish()).id}`);
    const twice = await Promise.all(
      [1, 2].map(() => editor.send('POST', '/articles', template['content'], key)),
    );
    expect(twice[0]!.body['id']).toBe(twice[1]!.body['id']);
  });

  it('refuses requests without the right role, data or origin, and says why', async () => {
    const { gatewayUrl } = newsroom;
    const articles = `${gatewayUrl}/v1/editorial/articles`;
    expect(await callApi(articles, { method: 'POST', body: {} })).toMatchObject({
      status: 401,
      body: { code: 'auth.required' },
    });
    const sales = { authorization: `Bearer ${await newsroom.token('sales')}` };
    expect(await callApi(articles, { method: 'POST', body: {}, headers: sales })).toMatchObject({
      status: 403,
    });
    const wrong = await editor.send('POST', '/articles', { headline: 7, colour: 'red' });
    expect(wrong.status).toBe(422);
    expect((wrong.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toContain(
      '/headline',
    );
    const foreign = await callApi(`${gatewayUrl}/v1/articles/01a209b8-7cb2-7521-8524-1798840b62b3/comments`, {
      method: 'POST',
      body: { text: 'x' },
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'origin.refused' } });
  });

  it('serves readers without JavaScript: page, comment form, poll form and the note of a retraction', async () => {
    const { article, poll } = await withPoll();
    const url = `${newsroom.readerUrl}/a/${article.slug}`;
    const form = (path: string, fields: Record<string, string>) =>
      fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    const html = async () => (await fetch(url)).text();
    expect(await html()).toContain('Die Fähre fährt wieder');

    const commented = await form('/comments', { text: '<script>alert(1)</script>' });
    expect(commented.status).toBe(303);
    expect(commented.headers.get('location')).toContain('#kommentare');
    expect(commented.headers.get('set-cookie')).toContain('HttpOnly');
    const page = await waitUntil(async () => {
      const text = await html();
      return text.includes('alert(1)') && text;
    });
    expect(page).not.toContain('<script>');
    expect((await form(`/polls/${poll.id}`, { optionId: poll.options[0]!.id })).status).toBe(303);
    const refused = await form('/comments', { text: ' ' });
    expect(refused.status).toBe(422);

    await editor.change(article, 'POST', '/retract', { reason: 'error', note: 'Die Angaben waren falsch.' });
    const gone = await waitUntil(async () => {
      const response = await fetch(url);
      return response.status === 410 && response.text();
    });
    expect(gone).toContain('Die Angaben waren falsch.');
  });
};

const isElsewhere = process.env['NEWSROOM_GATEWAY_URL'] !== undefined;

if (isElsewhere) {
  describe('the running newsroom', journeys(runningNewsroom));
} else {
  describe('the newsroom in one process', journeys(embeddedNewsroom));
  describeWith('postgres', 'redis', 'kafka')('the newsroom as separate services', journeys(separateServices));
}
