import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith, mainOf, testDatabase, waitUntil, type TestDatabase } from '#testing';
import { Desk, expectOk } from '../../apps/articles/test/desk.js';

describeWith('postgres')('a term change that fails', () => {
  let database: TestDatabase;
  let desk: Desk;
  beforeAll(async () => {
    database = await testDatabase('articles');
    desk = await Desk.open({ ARTICLES_DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await desk.stop();
    await database.drop();
  });

  const ops = async (...args: string[]) => {
    const env = { ...process.env, ARTICLES_DATABASE_URL: database.url };
    return (await promisify(execFile)(process.execPath, [mainOf('ops'), 'term-changes', ...args], { env }))
      .stdout;
  };
  const settled = () =>
    waitUntil(
      async () => (await database.query('SELECT FROM term_change WHERE finished_at IS NULL')).length === 0,
      { what: 'every change to be settled' },
    );
  const gauge = async (name: string) =>
    Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(await desk.service.metrics())?.[1]);
  const topicOf = async (id: string) => {
    const { topics } = (await desk.read<{ topics: { slug: string }[] }>(`/articles/${id}`)).body;
    return topics[0]!.slug;
  };

  it('for one article reaches all other articles, blocks no later change and can be retried', async () => {
    for (const slug of ['alt', 'anderes']) await desk.put(`topics/${slug}`, { name: slug });
    const [first, broken, last] = [
      await desk.published({ topics: ['alt'] }),
      await desk.published({ topics: ['alt'] }),
      await desk.published({ topics: ['alt'] }),
    ];
    const other = await desk.published({ topics: ['anderes'] });
    const lead = (
      await database.query<{ lead: string }>(`SELECT snapshot->'lead' AS lead FROM article WHERE id = $1`, [
        broken.id,
      ])
    )[0]!.lead;
    await database.query(`UPDATE article SET snapshot = (snapshot::jsonb - 'lead')::json WHERE id = $1`, [
      broken.id,
    ]);

    expectOk(await desk.actOnTerm('rename', 'topics/alt', { slug: 'neu' }));
    expectOk(await desk.actOnTerm('rename', 'topics/anderes', { slug: 'auch-neu' }));
    await settled();
    const reached = await Promise.all([first, last, other, broken].map(({ id }) => topicOf(id)));
    expect(reached).toEqual(['neu', 'neu', 'auch-neu', 'alt']);
    expect([await gauge('term_changes_failed'), await gauge('term_changes_waiting')]).toEqual([1, 0]);
    expect(await ops('list')).toMatch(new RegExp(`\ttopic neu\t${broken.id}\tZodError`));

    await database.query(
      `UPDATE article SET snapshot = (snapshot::jsonb || jsonb_build_object('lead', $2::text))::json WHERE id = $1`,
      [broken.id, lead],
    );
    expect(await ops('retry', '--all')).toContain('will retry 1 changes');
    await settled();
    expect([await topicOf(broken.id), await gauge('term_changes_failed')]).toEqual(['neu', 0]);
  });

  it('to delete a merged term can be retried, too', async () => {
    await database.query(`
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$`);
    await database.query(`CREATE TRIGGER keep BEFORE DELETE ON term FOR EACH ROW EXECUTE FUNCTION keep()`);
    for (const slug of ['ai', 'ki']) await desk.put(`topics/${slug}`, { name: slug });
    const article = await desk.published({ topics: ['ai'] });
    expectOk(await desk.actOnTerm('merge', 'topics/ai', { into: 'ki' }));
    await settled();
    expect(await topicOf(article.id)).toBe('ki');
    expect(await ops('list')).toMatch(/\ttopic ki\t\(the merged term\)\tQueryFailedError: kept\n$/);
    expect(await gauge('term_changes_failed')).toBe(1);
    await database.query(`DROP TRIGGER keep ON term`);
    await ops('retry', '--all');
    await settled();
    expect(await gauge('term_changes_failed')).toBe(0);
    expect(await database.query(`SELECT FROM term WHERE merged_into IS NOT NULL`)).toEqual([]);
  });
});
