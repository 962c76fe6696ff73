import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith, waitUntil, type ServiceUnderTest } from '#testing';
import { Desk, expectOk, type Problem } from '../../test/desk.js';
import type { TermAuditEntry } from '../taxonomy/term-audit.js';

type Query = ServiceUnderTest['query'];

describeWith('postgres')('changes of terms', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const create = async (...paths: string[]) => {
    for (const path of paths) expectOk(await desk.put(path, { name: path.split('/')[1] }));
  };
  const etagOf = async (path: string) => (await desk.get(path)).headers.get('etag');

  describe('must name the current version', () => {
    const acts = {
      change: (path: string, version?: number) => desk.put(path, { name: 'Anders' }, version),
      rename: (path: string, version?: number) =>
        desk.post(`${path}/rename`, { slug: `${path.split('/')[1]}-neu` }, version),
      merge: (path: string, version?: number) => desk.post(`${path}/merge`, { into: 'ziel' }, version),
      delete: (path: string, version?: number) => desk.remove(path, version),
    };

    it.each(Object.entries(acts))(
      'or respond 428 without one and 412 for an outdated one: %s',
      async (name, act) => {
        const path = `topics/version-${name}`;
        await create(path, 'topics/ziel');
        expect(await act(path)).toMatchObject({ status: 428, body: { code: 'precondition.required' } });
        expect(await act(path, 2)).toMatchObject({
          status: 412,
          body: { code: 'term.changed-meanwhile', version: 1 },
        });
        expect(await etagOf(path)).toBe('"1"');
        expect((await act(path, 1)).status).toBeLessThan(300);
      },
    );

    it('which the response to the previous change contains', async () => {
      await create('topics/reihe');
      const first = await desk.put('topics/reihe', { name: 'Erstens' }, 1);
      expect([first.headers.get('etag'), first.body]).toMatchObject(['"2"', { version: 2 }]);
      expect((await desk.put('topics/reihe', { name: 'Zweitens' }, 1)).status).toBe(412);
      expectOk(await desk.put('topics/reihe', { name: 'Zweitens' }, 2));
    });

    it('unless they create a term or change nothing', async () => {
      expect(await desk.put('topics/frisch', { name: 'Frisch' }, 1)).toMatchObject({ status: 412 });
      expectOk(await desk.put('topics/frisch', { name: 'Frisch' }));
      expectOk(await desk.put('topics/frisch', { name: 'Frisch' }));
      expect(await etagOf('topics/frisch')).toBe('"1"');
    });

    it('so that one of many concurrent changes wins', async () => {
      await create('topics/umkaempft');
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, i) => desk.put('topics/umkaempft', { name: `Name ${i}` }, 1)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412]);
    });

    it('under the current slug of the term, not an earlier one', async () => {
      await create('topics/ehemals');
      expectOk(await desk.actOnTerm('rename', 'topics/ehemals', { slug: 'heute' }));
      expect(await desk.remove('topics/ehemals', 2)).toMatchObject({
        status: 409,
        body: { code: 'term.slug-taken', leadsTo: 'heute' },
      });
    });
  });

  describe('are recorded in the audit log', () => {
    const auditOf = async (path: string) =>
      (await desk.get<{ items: TermAuditEntry[] }>(`${path}/audit`)).body.items;

    it('with actor, act, time and values, under every slug that the term had', async () => {
      await create('topics/protokoll');
      expectOk(await desk.put('topics/protokoll', { name: 'Protokoll' }, 1));
      expectOk(await desk.post('topics/protokoll/rename', { slug: 'akten' }, 2));
      const log = await auditOf('topics/akten');
      const by = { id: 'test-editor', name: 'test-editor' };
      expect(log).toMatchObject([
        { did: 'rename', slug: 'protokoll', version: 3, by, details: { to: 'akten' } },
        { did: 'change', version: 2, by, details: { name: { from: 'protokoll', to: 'Protokoll' } } },
        { did: 'create', version: 1, by, details: { name: 'protokoll' } },
      ]);
      expect(Date.parse(String(log[0]!.at))).toBeGreaterThan(0);
      expect(await auditOf('topics/protokoll')).toEqual(log);
      const { items } = (
        await desk.get<{ items: TermAuditEntry[] }>(`topics/akten/audit?limit=1&before=${log[0]!.id}`)
      ).body;
      expect(items).toEqual([log[1]]);
    });

    it('when the term is merged or deleted, too', async () => {
      await create('topics/weg', 'topics/doppelt', 'topics/bleibt');
      expect((await desk.remove('topics/weg', 1)).status).toBe(204);
      expectOk(await desk.post('topics/doppelt/merge', { into: 'bleibt' }, 1));
      const acts = async (path: string) => (await auditOf(path)).map(({ did, details }) => [did, details]);
      expect(await acts('topics/weg')).toEqual([
        ['delete', { name: 'weg' }],
        ['create', { name: 'weg' }],
      ]);
      expect(await acts('topics/bleibt')).toEqual([
        ['merge', { merged: { slug: 'doppelt', name: 'doppelt' } }],
        ['create', { name: 'bleibt' }],
      ]);
      expect(await acts('topics/doppelt')).toContainEqual(['merge', { into: 'bleibt' }]);
    });

    it('once per term that an import creates', async () => {
      const article = { ...(await desk.draft()).content, slug: undefined, topics: ['importiert'] };
      const terms = { topics: [{ slug: 'importiert', name: 'Importiert' }] };
      for (const sourceId of ['a', 'b']) await desk.post('imports', { sourceId, terms, article });
      expect(await auditOf('topics/importiert')).toMatchObject([{ did: 'create' }]);
    });
  });

  describe('at the same time', () => {
    /** Merges as the service does, in a transaction that is held open until `meanwhile` waits for it. */
    async function mergeWhile<T>(
      kind: string,
      from: string,
      into: string,
      meanwhile: () => Promise<T>,
    ): Promise<T> {
      let result: Promise<T> | undefined;
      await desk.service.transaction(async (query) => {
        await query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`terms ${kind}`]);
        const rows = await query<{ id: string }>(
          `SELECT id FROM term WHERE kind = $1 AND slug IN ($2, $3) ORDER BY slug = $3 FOR UPDATE`,
          [kind, from, into],
        );
        const ids = rows.map(({ id }) => id);
        await query(`UPDATE term_slug SET term_id = $2 WHERE term_id = $1`, ids);
        await query(`UPDATE term SET merged_into = $2, slug = id::text WHERE id = $1`, ids);
        result = meanwhile();
        await waitUntil(() => isAnyoneWaiting(query), { what: 'somebody to wait for the lock' });
      });
      return result!;
    }
    const isAnyoneWaiting = async (query: Query) =>
      (
        await query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).length > 0;

    it('put a place into the target when its larger place is merged', async () => {
      await create('places/gross-a', 'places/gross-b');
      const answer = await mergeWhile('place', 'gross-a', 'gross-b', () =>
        desk.put('places/klein', { name: 'Klein', parent: 'gross-a' }),
      );
      expect(answer).toMatchObject({ status: 200, body: { parent: 'gross-b' } });
    });

    it('file a new article under the target when its topic is merged', async () => {
      await create('topics/quelle', 'topics/muendung');
      const { id } = await mergeWhile('topic', 'quelle', 'muendung', () =>
        desk.draft({ topics: ['quelle'] }),
      );
      const [row] = await desk.service.query<{ slug: string }>(
        `SELECT term.slug FROM article JOIN term ON term.id = ANY (term_ids) WHERE article.id = $1 AND term.kind = 'topic'`,
        [id],
      );
      expect(row).toEqual({ slug: 'muendung' });
    });

    it('give a slug to one term only', async () => {
      for (let round = 0; round < 3; round++) {
        const paths = ['a', 'b', 'c'].map((name) => `topics/wettlauf-${round}${name}`);
        await create(...paths);
        const answers = await Promise.all(
          paths.map((path) => desk.post(`${path}/rename`, { slug: `sieger-${round}` }, 1)),
        );
        expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
      }
    });

    it('never put two places into each other', async () => {
      for (let round = 0; round < 3; round++) {
        const [one, other] = [`links-${round}`, `rechts-${round}`];
        await create(`places/${one}`, `places/${other}`);
        const answers = await Promise.all([
          desk.put(`places/${one}`, { name: one, parent: other }, 1),
          desk.put(`places/${other}`, { name: other, parent: one }, 1),
        ]);
        expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
      }
    });
  });

  it('merge a place into one that lies in it, and no place lies in itself', async () => {
    await create('places/kanton', 'places/aussen-herum');
    expectOk(await desk.put('places/kanton', { name: 'kanton', parent: 'aussen-herum' }, 1));
    expectOk(await desk.put('places/bezirk', { name: 'Bezirk', parent: 'kanton' }));
    expectOk(await desk.put('places/stadt', { name: 'Stadt', parent: 'bezirk' }));
    const merged = expectOk(await desk.actOnTerm('merge', 'places/kanton', { into: 'stadt' }));
    expect(merged).toMatchObject({ slug: 'stadt', parent: 'aussen-herum' });
    expect((await desk.get('places/bezirk')).body).toMatchObject({ parent: 'stadt' });
    expectOk(await desk.changeTerm('places/bezirk', { name: 'Der Bezirk', parent: 'stadt' }));
  });

  it('keep pagination after an earlier slug working, but not after an unknown slug', async () => {
    await create('sections/s-eins', 'sections/s-zwei', 'sections/s-drei');
    const after = async (slug: string) => desk.get<{ slug: string }[] & Problem>(`sections?after=${slug}`);
    const slugs = async (slug: string) => (await after(slug)).body.map((term) => term.slug);
    expect(await slugs('s-eins')).toEqual(['s-zwei', 's-drei']);
    expectOk(await desk.actOnTerm('rename', 'sections/s-eins', { slug: 's-ein-neuer' }));
    expect(await slugs('s-eins')).toEqual(['s-zwei', 's-drei']);
    expect(await after('nirgends')).toMatchObject({ status: 422, body: { code: 'list.bad-cursor' } });
    expect((await desk.get<{ version: number }[]>('sections?after=s-zwei')).body).toMatchObject([
      { version: 1 },
    ]);
  });
});
