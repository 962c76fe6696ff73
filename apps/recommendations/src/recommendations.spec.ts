import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import {
  articlePublished,
  articleRetracted,
  articleUpdated,
  commentPublished,
  pollTallied,
  type ArticleSnapshot,
} from '#events';
import {
  addressOf,
  aPollSnapshot,
  aPublicComment,
  anArticleSnapshot,
  anEncodedEvent,
  anId,
  describeWith,
  ServiceUnderTest,
  testPrefix,
  waitUntil,
} from '#testing';
import { recommendationsApp } from './service.js';
import type { Rail } from './rails/rails.rules.js';

/** Tests that run with each cache adapter. */
const behaviour = (env: () => NodeJS.ProcessEnv) => (): void => {
  let service: ServiceUnderTest;

  beforeAll(async () => {
    service = await ServiceUnderTest.start(recommendationsApp, env());
  });

  afterAll(async () => {
    await service.stop();
  });

  const section = () => ({ id: anId(), slug: `s-${anId()}`, name: 'News' });
  const published = (article: ArticleSnapshot, version = 2) =>
    anEncodedEvent(articlePublished, { subject: article.id, data: { version, article } });
  const publish = async (overrides: Partial<ArticleSnapshot> = {}) => {
    const article = anArticleSnapshot(overrides);
    await service.receive('newsroom.articles', published(article));
    return article;
  };
  const rails = async (id: string) =>
    (await service.call<{ rails: Rail[] }>('GET', `/articles/${id}/rails`)).body.rails;
  const cardsOf = async (id: string) => (await rails(id)).flatMap(({ cards }) => cards);
  const commented = (subject: string, count: number, rev: number) =>
    anEncodedEvent(commentPublished, {
      subject,
      data: { comment: aPublicComment({ articleId: subject }), count: { published: count, rev } },
    });
  const tallied = (articleId: string, pollId: string, votes: number, rev: number) => {
    const poll = aPollSnapshot({ id: pollId, articleId, votes });
    return anEncodedEvent(pollTallied, { subject: pollId, data: { rev, poll } });
  };
  const totals = async (id: string) =>
    (await service.call<{ items: object[] }>('GET', `/interactions?ids=${id}`)).body.items[0];

  it('shows related articles in the rails of both, also a newer one in those of an older one', async () => {
    const words = {
      headline: 'Das Museumsgetriebe der Dampffähre',
      lead: 'Ein Getriebe aus dem Museum.',
      section: section(),
    };
    const older = await publish(words);
    expect((await cardsOf(older.id)).map(({ id }) => id)).toEqual([]);
    const newer = await publish({ ...words, section: section() });
    const related = (id: string) => waitUntil(async () => (await rails(id)).at(0), { what: 'related cards' });
    expect(await related(older.id)).toMatchObject({
      kind: 'related',
      title: 'Weiterlesen',
      cards: [{ id: newer.id }],
    });
    expect(await related(newer.id)).toMatchObject({ kind: 'related', cards: [{ id: older.id }] });
  });

  it('shows a changed card in every rail immediately, and a retracted one in none, even if lists are cached', async () => {
    const shared = section();
    const [page, other] = [await publish({ section: shared }), await publish({ section: shared })];
    expect((await cardsOf(page.id)).map(({ id }) => id)).toContain(other.id);
    const data = { version: 3, article: { ...other, headline: 'Ganz neu' } };
    await service.receive('newsroom.articles', anEncodedEvent(articleUpdated, { subject: other.id, data }));
    expect(await cardsOf(page.id)).toContainEqual(
      expect.objectContaining({ id: other.id, headline: 'Ganz neu' }),
    );
    const gone = { version: 4, reason: 'legal' as const, retractedAt: '2026-11-02T09:00:00.000Z' };
    await service.receive(
      'newsroom.articles',
      anEncodedEvent(articleRetracted, { subject: other.id, data: gone }),
    );
    expect((await cardsOf(page.id)).map(({ id }) => id)).not.toContain(other.id);
  });

  it('does not restore a retracted card when an older snapshot arrives late', async () => {
    const shared = section();
    const [page, other] = [await publish({ section: shared }), await publish({ section: shared })];
    const gone = { version: 9, reason: 'legal' as const, retractedAt: '2026-11-02T09:00:00.000Z' };
    await service.receive(
      'newsroom.articles',
      anEncodedEvent(articleRetracted, { subject: other.id, data: gone }),
      published(other, 8),
    );
    expect((await cardsOf(page.id)).map(({ id }) => id)).not.toContain(other.id);
  });

  it('adds up comments and the votes of all polls, and ignores older counts that arrive late', async () => {
    const { id } = await publish({ section: section() });
    const [one, other] = [anId(), anId()];
    await service.receive('newsroom.comments', commented(id, 2, 2), commented(id, 1, 1));
    await service.receive(
      'newsroom.polls',
      tallied(id, one, 5, 6),
      tallied(id, other, 3, 4),
      tallied(id, one, 4, 5),
    );
    expect(await totals(id)).toEqual({ articleId: id, comments: 2, votes: 8, total: 10 });
  });

  it('shows no count that was rolled back', async () => {
    const { id } = await publish({ section: section() });
    await service.query(`
      CREATE FUNCTION refuse_666() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'refused at the commit'; END $$;
      CREATE CONSTRAINT TRIGGER refuse_666 AFTER INSERT OR UPDATE ON interactions DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.comments = 666) EXECUTE FUNCTION refuse_666()`);
    await service.receive('newsroom.comments', commented(id, 5, 5), commented(id, 666, 6));
    expect(await totals(id)).toMatchObject({ comments: 5 });
  });

  it('emits counts at most once per second per article, the last one exact', async () => {
    const { id } = await publish({ section: section() });
    for (let count = 1; count <= 40; count++) {
      await service.receive('newsroom.comments', commented(id, count, count));
    }
    const emitted = () =>
      service.emitted.filter(({ type, subject }) => type === 'interactions.counted' && subject === id);
    await waitUntil(() => emitted().some(({ data }) => (data as { total: number }).total === 40));
    expect(emitted().length).toBeLessThan(10);
    const revs = emitted().map(({ data }) => (data as { rev: number }).rev);
    expect(revs).toEqual(revs.toSorted((a, b) => a - b));
  });

  it('sanitizes the texts of a slot', async () => {
    const { leadPicture: picture } = anArticleSnapshot();
    const texts = { sponsor: 'Muster\u0000 AG', kicker: 'Anzeige', headline: 'Halb\ud83d' };
    const slot = {
      rail: 'topic',
      position: 1,
      label: 'paid',
      ...texts,
      picture,
      url: 'https://example.com/',
    };
    expect(await service.as('sales', 'PUT', '/editorial/slots/steuerzeichen', slot)).toMatchObject({
      status: 200,
      body: { sponsor: 'Muster AG', headline: 'Halb\ufffd' },
    });
    expect((await service.as('sales', 'DELETE', '/editorial/slots/steuerzeichen')).status).toBe(204);
  });

  it('shows a slot with its label until it is deleted', async () => {
    const shared = section();
    const [page] = [await publish({ section: shared }), await publish({ section: shared })];
    const { leadPicture: picture } = page;
    const slot = {
      rail: 'section',
      position: 1,
      section: shared.slug,
      label: 'paid',
      sponsor: 'Muster AG',
      kicker: 'Anzeige',
      headline: 'Besser schlafen',
      picture,
      url: 'https://example.com/',
    };
    expect((await service.as('sales', 'PUT', '/editorial/slots/muster', slot)).status).toBe(200);
    expect(await cardsOf(page.id)).toContainEqual(
      expect.objectContaining({ type: 'slot', label: 'paid', sponsor: 'Muster AG' }),
    );
    expect(
      (await service.as('sales', 'PUT', '/editorial/slots/muster', { ...slot, label: 'none' })).status,
    ).toBe(422);
    expect((await service.as('sales', 'DELETE', '/editorial/slots/muster')).status).toBe(204);
    // A read by a replica whose clock is ahead does not hide the next change.
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 20_000);
    expect((await cardsOf(page.id)).map(({ type }) => type)).not.toContain('slot');
    clock.mockRestore();
    expect((await service.as('sales', 'PUT', '/editorial/slots/muster', slot)).status).toBe(200);
    expect((await cardsOf(page.id)).map(({ type }) => type)).toContain('slot');
    expect((await service.as('sales', 'DELETE', '/editorial/slots/muster')).status).toBe(204);
  });
};

describeWith('postgres')(
  'the recommendations service with an in-memory cache',
  behaviour(() => ({})),
);
describeWith('postgres', 'redis')(
  'the recommendations service with Redis',
  behaviour(() => ({ REDIS_URL: addressOf('redis'), REDIS_PREFIX: testPrefix() })),
);
describeWith('postgres')('the recommendations service while Redis is unavailable', () => {
  it('responds from the database', async () => {
    const service = await ServiceUnderTest.start(recommendationsApp, {
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    const answer = await service.call('GET', `/interactions?ids=${anId()}`);
    expect(answer).toMatchObject({ status: 200, body: { items: [{ total: 0 }] } });
    await service.stop();
  });
});
