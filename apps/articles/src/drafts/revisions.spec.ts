import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anArticleRequest, describeWith } from '#testing';
import { Desk, expectOk } from '../../test/desk.js';
import type { Comparison } from './compare.js';

describeWith('postgres')('the revisions of an article', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  /** @returns the article and the versions of its two revisions. */
  async function publishedTwice() {
    const first = await desk.published({ headline: 'Erste' });
    const edited = expectOk(
      await desk.edit(first.id, first.version, anArticleRequest({ headline: 'Zweite' })),
    );
    const second = expectOk(await desk.act('publish', edited));
    return { article: second, versions: [first.version, second.version] as const };
  }

  it('are compared field by field and block by block', async () => {
    const { article, versions } = await publishedTwice();
    const { body } = await desk.get<Comparison>(
      `articles/${article.id}/revisions/compare?from=${versions[0]}&to=${versions[1]}`,
    );
    expect(body).toMatchObject({
      fields: [{ field: 'headline', from: 'Erste', to: 'Zweite' }],
      blocks: [{ change: 'same' }],
    });
  });

  it('are restored to the working copy, which readers see when it is published', async () => {
    const { article, versions } = await publishedTwice();
    const restored = expectOk(
      await desk.post(`articles/${article.id}/revisions/${versions[0]}/restore`, undefined, article.version),
    );
    expect(restored).toMatchObject({ version: article.version + 1, content: { headline: 'Erste' } });
    expect((await desk.read(`/articles/${article.id}`)).body.headline).toBe('Zweite');
    expectOk(await desk.act('publish', restored));
    expect((await desk.read(`/articles/${article.id}`)).body.headline).toBe('Erste');
  });

  it('restore their slug, and the slug in between redirects to it', async () => {
    const first = await desk.published({ slug: 'schleife-a' });
    const edited = expectOk(
      await desk.edit(first.id, first.version, anArticleRequest({ slug: 'schleife-b' })),
    );
    const second = expectOk(await desk.act('publish', edited));
    expect((await desk.read('/articles/schleife-a')).body).toMatchObject({ slug: 'schleife-b' });
    const restored = await desk.post(
      `articles/${first.id}/revisions/${first.version}/restore`,
      undefined,
      second.version,
    );
    expectOk(await desk.act('publish', expectOk(restored)));
    expect((await desk.read('/articles/schleife-a')).status).toBe(200);
    expect(await desk.read('/articles/schleife-b')).toMatchObject({
      status: 301,
      body: { slug: 'schleife-a' },
    });
  });

  it('name who published them and what was corrected', async () => {
    const { article } = await publishedTwice();
    expectOk(await desk.act('correct', article, { note: 'Ort berichtigt.' }));
    const { body } = await desk.get<{ items: object[] }>(`articles/${article.id}/revisions`);
    expect(body.items[0]).toMatchObject({ by: { id: 'test-editor' }, note: 'Ort berichtigt.' });
  });

  it('hold what readers see after a term was renamed', async () => {
    await desk.put('topics/ai', { name: 'AI' });
    const article = await desk.published({ topics: ['ai'] });
    expectOk(await desk.changeTerm('topics/ai', { name: 'KI' }));
    await desk.eventsOf(article.id, 2);
    const { publishedVersion } = (await desk.get<{ publishedVersion: number }>(`articles/${article.id}`))
      .body;
    expect(publishedVersion).toBe(article.version + 1);
    const { status, body } = await desk.get<{ topics: object[] }>(
      `articles/${article.id}/revisions/${publishedVersion}`,
    );
    expect({ status, topics: body.topics }).toMatchObject({ status: 200, topics: [{ name: 'KI' }] });
    const { body: comparison } = await desk.get<Comparison>(
      `articles/${article.id}/revisions/compare?from=${article.version}&to=${publishedVersion}`,
    );
    expect(comparison.fields.map(({ field }) => field)).toEqual(['topics']);
  });

  it('created by a renamed term do not conflict with an edit; those of other editors do', async () => {
    await desk.put('topics/bahn', { name: 'Bahn' });
    const { id, version } = await desk.published({ topics: ['bahn'] });
    for (const [i, name] of ['Eisenbahn', 'Schiene'].entries()) {
      expectOk(await desk.changeTerm('topics/bahn', { name }));
      await desk.eventsOf(id, 2 + i);
    }
    const edited = await desk.edit(id, version, anArticleRequest({ topics: ['bahn'], headline: 'Trotzdem' }));
    expect(edited).toMatchObject({ status: 200, body: { version: version + 3 } });
    for (const stale of [version, version + 1, version + 2, version + 4]) {
      expect((await desk.edit(id, stale, anArticleRequest())).status).toBe(412);
    }
  });

  describe('restored to the working copy', () => {
    const restored = async (
      article: { id: string; version: number },
      revision: number,
      role = 'editor' as const,
    ) =>
      expectOk(
        await desk.as(
          role,
          'POST',
          `articles/${article.id}/revisions/${revision}/restore`,
          undefined,
          article.version,
        ),
      );

    it('keep the embargo of the working copy', async () => {
      const first = await desk.published();
      const edited = expectOk(
        await desk.edit(first.id, first.version, anArticleRequest({ embargoUntil: '2999-01-01T00:00:00Z' })),
      );
      const { content } = await restored(edited, first.version);
      expect(content).toMatchObject({ embargoUntil: '2999-01-01T00:00:00Z' });
    });

    it('keep the label of the working copy and that of the revision', async () => {
      const ad = { label: 'paid', sponsor: 'Alpenfink AG' };
      const plain = await desk.published({ label: 'none' });
      const labelled = expectOk(await desk.edit(plain.id, plain.version, anArticleRequest(ad)));
      const published = expectOk(await desk.act('publish', labelled));
      const back = await restored(published, plain.version);
      expect(back.content).toMatchObject(ad);
      const unlabelled = expectOk(
        await desk.edit(plain.id, back.version, anArticleRequest({ label: 'none' })),
      );
      expect((await restored(unlabelled, published.version)).content).toMatchObject(ad);
    });

    it('keep the replaced working copy, which can be restored, too', async () => {
      const first = await desk.published({ headline: 'Erschienen' });
      const edited = expectOk(
        await desk.edit(first.id, first.version, anArticleRequest({ headline: 'Angefangen' })),
      );
      const back = await restored(edited, first.version);
      const { body } = await desk.get<{ items: { version: number }[] }>(`articles/${first.id}/drafts`);
      expect(body.items).toMatchObject([
        { version: edited.version, headline: 'Angefangen', replacedBy: { id: 'test-editor' } },
      ]);
      const path = `articles/${first.id}/drafts/${edited.version}`;
      expect((await desk.get(path)).body).toMatchObject({ headline: 'Angefangen' });
      const again = expectOk(await desk.post(`${path}/restore`, undefined, back.version));
      expect(again.content).toMatchObject({ headline: 'Angefangen' });
    });

    it('keep the last 20 working copies, also after edits', async () => {
      let draft = await desk.draft({ headline: 'Fassung 0' });
      for (let i = 1; i <= 22; i++) {
        draft = expectOk(
          await desk.edit(draft.id, draft.version, anArticleRequest({ headline: `Fassung ${i}` })),
        );
      }
      const { items } = (await desk.get<{ items: { headline: string }[] }>(`articles/${draft.id}/drafts`))
        .body;
      expect([items.length, items[0]!.headline, items.at(-1)!.headline]).toEqual([
        20,
        'Fassung 21',
        'Fassung 2',
      ]);
    });
  });

  it('respond 404 when they do not exist', async () => {
    const { article } = await publishedTwice();
    expect((await desk.get(`articles/${article.id}/revisions/99`)).status).toBe(404);
  });
});
