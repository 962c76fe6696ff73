import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anArticleRequest, describeWith, waitUntil } from '#testing';
import type { EditorialArticle } from '../article/editorial-article.js';
import { Desk, expectOk } from '../../test/desk.js';

const FAR = '2999-01-01T00:00:00Z';
const FARTHER = '2999-06-01T00:00:00Z';

describeWith('postgres')('a schedule', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const ofDesk = async (id: string) => (await desk.get<EditorialArticle>(`articles/${id}`)).body;
  const scheduled = async (overrides: Record<string, unknown> = {}, times: object = { publishAt: FAR }) =>
    expectOk(await desk.act('schedule', await desk.draft(overrides), times));
  const auditOf = async (id: string) =>
    (await desk.get<{ items: { did: string; details: object }[] }>(`articles/${id}/audit`)).body.items;
  const edit = (by: 'author' | 'editor', { id, version }: { id: string; version: number }, content: object) =>
    desk.as(by, 'PUT', `articles/${id}`, content, version);

  describe('publishes exactly the approved version', () => {
    it.each(['author', 'editor'] as const)('when an %s edits the article afterwards', async (role) => {
      const approved = await scheduled({ headline: 'Abgenommen', slug: `abgenommen-${role}` });
      const edited = expectOk(
        await edit(role, approved, anArticleRequest({ headline: 'Danach', slug: `danach-${role}` })),
      );
      expect(edited).toMatchObject({
        state: 'scheduled',
        editedAfterApproval: true,
        approved: { headline: 'Abgenommen' },
        content: { headline: 'Danach' },
      });
      await desk.fallDue(approved.id);
      await desk.eventsOf(approved.id, 1);
      const { body } = await desk.read(`/articles/abgenommen-${role}`);
      expect(body).toMatchObject({ headline: 'Abgenommen', slug: `abgenommen-${role}` });
      expect((await desk.read(`/articles/danach-${role}`)).status).toBe(404);
      expect(await ofDesk(approved.id)).toMatchObject({
        state: 'published',
        hasChanges: true,
        editedAfterApproval: false,
        content: { headline: 'Danach' },
      });
    });

    it('when it updates a published article', async () => {
      const { id, version } = await desk.published({ headline: 'Alt' });
      const edited = expectOk(await desk.edit(id, version, anArticleRequest({ headline: 'Abgenommen' })));
      const approved = expectOk(await desk.act('schedule', edited, { publishAt: FAR }));
      expectOk(await edit('author', approved, anArticleRequest({ headline: 'Danach' })));
      await desk.fallDue(id);
      await desk.eventsOf(id, 2);
      expect((await desk.read(`/articles/${id}`)).body.headline).toBe('Abgenommen');
      expect(await ofDesk(id)).toMatchObject({ hasChanges: true, content: { headline: 'Danach' } });
    });

    it('with terms that only that version names, which cannot be deleted until then', async () => {
      for (const topic of ['bleibt', 'kommt']) await desk.put(`topics/${topic}`, { name: topic });
      const approved = await scheduled({ topics: ['bleibt'] });
      expectOk(await edit('author', approved, anArticleRequest({ topics: ['kommt'] })));
      expectOk(await desk.actOnTerm('rename', 'topics/kommt', { slug: 'kam' }));
      await waitUntil(async () => {
        const [open] = await desk.service.query<{ n: string }>(
          `SELECT count(*) AS n FROM term_change WHERE finished_at IS NULL`,
        );
        return open!.n === '0';
      });
      expect((await desk.remove('topics/bleibt', await desk.versionOf('topics/bleibt'))).body.code).toBe(
        'term.in-use',
      );
      await desk.fallDue(approved.id);
      await desk.eventsOf(approved.id, 1);
      expect((await desk.read(`/articles/${approved.id}`)).body.topics).toMatchObject([{ slug: 'bleibt' }]);
    });

    it('and a later version once a new schedule approves it', async () => {
      const first = await scheduled({ headline: 'Erste' });
      const edited = expectOk(await edit('author', first, anArticleRequest({ headline: 'Zweite' })));
      const second = expectOk(await desk.act('schedule', edited, { publishAt: FARTHER }));
      expect(second).toMatchObject({ editedAfterApproval: false });
      await desk.fallDue(first.id);
      await desk.eventsOf(first.id, 1);
      expect((await desk.read(`/articles/${first.id}`)).body.headline).toBe('Zweite');
    });
  });

  it('leaves the latest edit, with its slug, as the draft when it is cancelled', async () => {
    const approved = await scheduled({ slug: 'vor-der-absage' });
    const edited = expectOk(
      await edit('author', approved, anArticleRequest({ headline: 'Später', slug: 'nach-der-absage' })),
    );
    const { body } = await desk.remove(`articles/${edited.id}/schedule`, edited.version);
    expect(body).toMatchObject({
      state: 'draft',
      slug: 'nach-der-absage',
      editedAfterApproval: false,
      content: { headline: 'Später' },
    });
    expect((await desk.draft({ slug: 'vor-der-absage' })).slug).toBe('vor-der-absage');
  });

  it('allows an incomplete working copy, because the approved version is published', async () => {
    const approved = await scheduled();
    expect((await edit('author', approved, anArticleRequest({ lead: undefined }))).status).toBe(200);
  });

  it('cancels only the publication when that fails, never the take-down', async () => {
    const { id, version } = await desk.published();
    const edited = expectOk(await desk.edit(id, version, anArticleRequest()));
    expectOk(await desk.act('schedule', edited, { publishAt: FAR, offlineAt: FARTHER }));
    await desk.service.query(
      `UPDATE article SET draft = '{"headline": "Halb", "authors": [], "body": []}' WHERE id = $1`,
      [id],
    );
    await desk.fallDue(id);
    await waitUntil(async () => (await auditOf(id))[0]!.did === 'schedule-failed');
    expect(await ofDesk(id)).toMatchObject({
      state: 'published',
      publishAt: null,
      offlineAt: new Date(FARTHER).toISOString(),
    });
    await desk.fallDue(id, ['offline_at']);
    await waitUntil(async () => (await desk.read(`/articles/${id}`)).status === 410);
  });

  it('retries a failed take-down while others are taken down', async () => {
    const [stuck, other] = [await desk.published(), await desk.published()];
    for (const article of [stuck, other]) expectOk(await desk.act('schedule', article, { offlineAt: FAR }));
    await desk.service.query(
      `ALTER TABLE article ADD CONSTRAINT stuck CHECK (id <> '${stuck.id}' OR state <> 'retracted') NOT VALID`,
    );
    for (const { id } of [stuck, other]) await desk.fallDue(id, ['offline_at']);
    await waitUntil(async () => (await desk.read(`/articles/${other.id}`)).status === 410);
    await waitUntil(async () => /^schedules_failed_total\S* [1-9]/m.test(await desk.service.metrics()));
    expect(await ofDesk(stuck.id)).toMatchObject({ state: 'published', offlineAt: expect.any(String) });
    await desk.service.query(`ALTER TABLE article DROP CONSTRAINT stuck`);
    await waitUntil(async () => (await desk.read(`/articles/${stuck.id}`)).status === 410);
  });

  it('publishes nothing when both of its times passed during an outage', async () => {
    const { id } = await scheduled({}, { publishAt: FAR, offlineAt: FARTHER });
    await desk.fallDue(id, ['publish_at', 'offline_at']);
    await waitUntil(async () => (await ofDesk(id)).state !== 'scheduled');
    expect(await ofDesk(id)).toMatchObject({ state: 'draft', publishAt: null, offlineAt: null });
    expect((await auditOf(id))[0]).toMatchObject({ did: 'schedule-missed' });
    expect(desk.service.emitted.filter(({ subject }) => subject === id)).toEqual([]);
  });

  it('takes a published article down without the update when both of its times passed', async () => {
    const { id, version } = await desk.published();
    const edited = expectOk(await desk.edit(id, version, anArticleRequest({ headline: 'Zu spät' })));
    expectOk(await desk.act('schedule', edited, { publishAt: FAR, offlineAt: FARTHER }));
    await desk.fallDue(id, ['publish_at', 'offline_at']);
    expect((await desk.eventsOf(id, 2)).map(({ type }) => type)).toEqual([
      'article.published',
      'article.retracted',
    ]);
  });
});
