import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anArticleRequest, describeWith, waitUntil } from '#testing';
import { Desk, expectOk } from '../../test/desk.js';

/** Milliseconds until the schedules in these tests are due. */
const SOON = 600;

describeWith('postgres')('schedules', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const soon = () => new Date(Date.now() + SOON).toISOString();
  const statusOf = async (id: string) => (await desk.read(`/articles/${id}`)).status;
  const state = async (id: string) => (await desk.get<{ state: string }>(`articles/${id}`)).body.state;
  const auditOf = async (id: string) =>
    (
      await desk.get<{ items: { did: string; by: { id: string }; details: object }[] }>(
        `articles/${id}/audit`,
      )
    ).body.items;

  it('publish once, at their time and not before, and emit the event', async () => {
    const publishAt = soon();
    const scheduled = expectOk(await desk.act('schedule', await desk.draft(), { publishAt }));
    expect({ state: scheduled.state, public: await statusOf(scheduled.id) }).toEqual({
      state: 'scheduled',
      public: 404,
    });
    const [event] = await desk.eventsOf(scheduled.id, 1);
    const { publishedAt } = (event!.data as { article: { publishedAt: string } }).article;
    expect(Date.parse(publishedAt)).toBeGreaterThanOrEqual(Date.parse(publishAt));
    expect(await state(scheduled.id)).toBe('published');
    expect((await auditOf(scheduled.id))[0]).toMatchObject({ did: 'publish', by: { id: 'schedule' } });
  });

  it('update a published article', async () => {
    const { id, version } = await desk.published();
    const edited = expectOk(
      await desk.edit(id, version, anArticleRequest({ headline: 'Um Mitternacht neu' })),
    );
    expectOk(await desk.act('schedule', edited, { publishAt: soon() }));
    expect((await desk.eventsOf(id, 2)).at(-1)).toMatchObject({ type: 'article.updated' });
    expect((await desk.read(`/articles/${id}`)).body.headline).toBe('Um Mitternacht neu');
  });

  it('take an article offline at their time', async () => {
    expectOk(await desk.act('schedule', await desk.published(), { offlineAt: soon() }));
    const { id } = expectOk(await desk.act('schedule', await desk.published(), { offlineAt: soon() }));
    await waitUntil(async () => (await statusOf(id)) === 410);
    expect((await desk.eventsOf(id, 2)).at(-1)).toMatchObject({
      type: 'article.retracted',
      data: { reason: 'expired' },
    });
  });

  it('publish an article and then take it offline', async () => {
    const draft = await desk.draft();
    const offlineAt = new Date(Date.now() + 2 * SOON).toISOString();
    expectOk(await desk.act('schedule', draft, { publishAt: soon(), offlineAt }));
    expect((await desk.eventsOf(draft.id, 2)).map(({ type }) => type)).toEqual([
      'article.published',
      'article.retracted',
    ]);
  });

  it('are kept while somebody repeatedly saves the article', async () => {
    const { id } = expectOk(await desk.act('schedule', await desk.draft(), { publishAt: soon() }));
    const over = new AbortController();
    const save = async () => {
      while (!over.signal.aborted) {
        await desk.service.transaction(async (sql) => {
          await sql(`SELECT FROM article WHERE id = $1 FOR UPDATE`, [id]);
          await sql(`SELECT pg_sleep(0.1)`);
        });
      }
    };
    const saving = [save(), save()];
    try {
      await waitUntil(async () => (await statusOf(id)) === 200, { within: 5_000 });
    } finally {
      over.abort();
      await Promise.all(saving);
    }
  });

  it('can be cancelled', async () => {
    const scheduled = expectOk(await desk.act('schedule', await desk.draft(), { publishAt: soon() }));
    const after = expectOk(await desk.act('schedule', await desk.draft(), { publishAt: soon() }));
    expect((await desk.remove(`articles/${scheduled.id}/schedule`, scheduled.version)).body.state).toBe(
      'draft',
    );
    await desk.eventsOf(after.id, 1);
    expect(await state(scheduled.id)).toBe('draft');
  });

  it('can be moved', async () => {
    const scheduled = expectOk(
      await desk.act('schedule', await desk.draft(), { publishAt: '2999-01-01T00:00:00Z' }),
    );
    expectOk(await desk.act('schedule', scheduled, { publishAt: soon() }));
    await desk.eventsOf(scheduled.id, 1);
    expect(await state(scheduled.id)).toBe('published');
  });

  it('that fail are cancelled, recorded in the audit log with the reason, and delay no other', async () => {
    const [broken, whole] = [await desk.draft(), await desk.draft()];
    for (const draft of [broken, whole]) expectOk(await desk.act('schedule', draft, { publishAt: soon() }));
    await desk.service.query(
      `UPDATE article SET draft = '{"headline": "Halb", "authors": [], "body": []}' WHERE id = $1`,
      [broken.id],
    );
    await desk.eventsOf(whole.id, 1);
    await waitUntil(async () => (await state(broken.id)) === 'draft');
    expect((await auditOf(broken.id))[0]).toMatchObject({
      did: 'schedule-failed',
      details: { code: 'article.incomplete' },
    });
  });

  describe('in any time zone', () => {
    it.each([
      ['without an offset', '2999-10-25T02:30:00', 422],
      ['without a time', '2999-10-25', 422],
      ['with a summer offset', '2999-10-25T02:30:00+02:00', 200],
      ['with a winter offset', '2999-10-25T02:30:00+01:00', 200],
    ])('given a time %s respond %s', async (_how, publishAt, status) => {
      expect((await desk.act('schedule', await desk.draft(), { publishAt })).status).toBe(status);
    });

    it('distinguish the two equal local times when the clocks go back', async () => {
      const at = async (publishAt: string) =>
        expectOk(await desk.act('schedule', await desk.draft(), { publishAt }))
          .publishAt as unknown as string;
      const [first, second] = [await at('2999-10-27T02:30:00+02:00'), await at('2999-10-27T02:30:00+01:00')];
      expect(Date.parse(second) - Date.parse(first)).toBe(3_600_000);
    });
  });
});
