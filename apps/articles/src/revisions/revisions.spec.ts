import { afterAll, beforeAll, expect, it } from '@jest/globals';
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

  it('are restored into the working copy, which readers see when it is published', async () => {
    const { article, versions } = await publishedTwice();
    const restored = expectOk(
      await desk.post(`articles/${article.id}/revisions/${versions[0]}/restore`, undefined, article.version),
    );
    expect(restored).toMatchObject({ version: article.version + 1, content: { headline: 'Erste' } });
    expect((await desk.read(`/articles/${article.id}`)).body.headline).toBe('Zweite');
    expectOk(await desk.act('publish', restored));
    expect((await desk.read(`/articles/${article.id}`)).body.headline).toBe('Erste');
  });

  it('bring their slug back when they are restored, and the address in between leads there', async () => {
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

  it('say who published them, and what was corrected', async () => {
    const { article } = await publishedTwice();
    expectOk(await desk.act('correct', article, { note: 'Ort berichtigt.' }));
    const { body } = await desk.get<{ items: object[] }>(`articles/${article.id}/revisions`);
    expect(body.items[0]).toMatchObject({ by: { id: 'test-editor' }, note: 'Ort berichtigt.' });
  });

  it('that do not exist are unknown', async () => {
    const { article } = await publishedTwice();
    expect((await desk.get(`articles/${article.id}/revisions/99`)).status).toBe(404);
  });
});
