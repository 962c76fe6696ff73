import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { anArticleRequest, describeWith } from '#testing';
import { Desk, expectOk } from '../../test/desk.js';
import { FillSlugsAndRevisions1764600000001 } from './1764600000001-fill-slugs-and-revisions.js';

describeWith('postgres')('the migration that fills slugs and revisions', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const run = () => {
    const query = (sql: string, values?: unknown[]) => desk.service.query(sql, values);
    return new FillSlugsAndRevisions1764600000001().up({ query } as unknown as QueryRunner);
  };
  /** As the previous version did: every slug was public immediately. */
  const addSlug = (id: string, slug: string) =>
    desk.service.query(`INSERT INTO article_slug (slug, article_id) VALUES ($1, $2)`, [slug, id]);

  it('reserves unpublished slugs and adds missing revisions', async () => {
    const first = await desk.published({ slug: 'erste-adresse' });
    const moved = expectOk(
      await desk.edit(first.id, first.version, anArticleRequest({ slug: 'zweite-adresse' })),
    );
    const second = expectOk(await desk.act('publish', moved));
    const planned = expectOk(
      await desk.edit(first.id, second.version, anArticleRequest({ slug: 'geplante-adresse' })),
    );
    await desk.service.query(`UPDATE article_slug SET reserved = false WHERE article_id = $1`, [first.id]);
    await addSlug(first.id, 'verworfene-adresse');
    await desk.service.query(`DELETE FROM revision WHERE article_id = $1 AND version = $2`, [
      first.id,
      second.version,
    ]);

    await run();
    await run();

    const statuses = await Promise.all(
      ['erste', 'zweite', 'geplante', 'verworfene'].map(
        async (name) => (await desk.read(`/articles/${name}-adresse`)).status,
      ),
    );
    expect(statuses).toEqual([301, 200, 404, 404]);
    expect((await desk.draft({ slug: 'verworfene-adresse' })).slug).toBe('verworfene-adresse');
    const { body } = await desk.get<{ items: object[] }>(`articles/${first.id}/revisions`);
    expect(body.items).toMatchObject([
      { version: second.version, by: { id: 'test-editor' } },
      { version: first.version },
    ]);
    expectOk(await desk.act('publish', planned));
    expect((await desk.read('/articles/geplante-adresse')).status).toBe(200);
  });

  it('restores nothing of a purged article', async () => {
    const article = await desk.retracted({ slug: 'weg' });
    expectOk(await desk.act('purge', article));
    await run();
    expect((await desk.read('/articles/weg')).status).toBe(410);
    expect(await desk.service.query(`SELECT FROM revision WHERE article_id = $1`, [article.id])).toEqual([]);
  });
});
