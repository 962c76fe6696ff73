import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anArticleRequest, anId, describeWith } from '#testing';
import { Desk, type Problem } from '../test/desk.js';

const encoded = (text: string) => Buffer.from(text).toString('base64url');

describeWith('postgres')('values that the database cannot hold', () => {
  let desk: Desk;
  let id: string;
  beforeAll(async () => {
    desk = await Desk.open();
    ({ id } = await desk.published());
  });
  afterAll(() => desk.stop());

  const cursors = [
    ['dashes for an id', `2026-01-01T00:00:00.000Z ${'-'.repeat(36)}`],
    ['the year 0', `0000-01-01T00:00:00.000Z ${anId()}`],
  ] as const;

  it.each(cursors)('are refused in the cursor of a list: %s', async (_what, cursor) => {
    expect(await desk.read<Problem>(`/articles?cursor=${encoded(cursor)}`)).toMatchObject({
      status: 422,
      body: { code: 'list.bad-cursor' },
    });
    expect(await desk.get<Problem>(`articles?cursor=${encoded(cursor)}`)).toMatchObject({ status: 422 });
  });

  it.each(['-271821-04-20T00:00:00Z 1 typed', '0000-01-01T00:00:00.000Z 1 typed'])(
    'are refused in a search cursor: %s',
    async (cursor) => {
      expect(await desk.read<Problem>(`/search?q=faehre&cursor=${encoded(cursor)}`)).toMatchObject({
        status: 422,
        body: { code: 'list.bad-cursor' },
      });
    },
  );

  it.each(['from=0000-01-01T00:00:00Z', 'to=9999-12-31T23:59:59-23:59', 'from=9999-12-31T23:59:59-23:59'])(
    'are refused in search parameters: %s',
    async (query) => {
      expect(await desk.read<Problem>(`/search?q=zug&${query}`)).toMatchObject({
        status: 422,
        body: { code: 'request.invalid' },
      });
    },
  );

  it.each(['99999999999', '?before=99999999999', 'compare?from=1&to=99999999999'])(
    'are refused as the version of a revision: %s',
    async (path) => {
      expect(await desk.get<Problem>(`articles/${id}/revisions/${path}`.replace('/?', '?'))).toMatchObject({
        status: 422,
        body: { code: 'request.invalid' },
      });
    },
  );

  it.each([
    ['schedules', 'schedule', { publishAt: '9999-12-31T23:59:59-23:59' }],
    ['take-downs', 'schedule', { offlineAt: '9999-12-31T23:59:59-23:59' }],
  ])('are refused in %s: a time after the year 9999', async (_what, act, body) => {
    expect(await desk.act(act, await desk.draft(), body)).toMatchObject({
      status: 422,
      body: { code: 'request.invalid' },
    });
  });

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00'])(
    'are refused as the time of an import: %s',
    async (publishedAt) => {
      const request = { sourceId: anId(), publishedAt, article: anArticleRequest() };
      expect(await desk.post('imports', request)).toMatchObject({ status: 422 });
    },
  );

  it.each(['"999999999"', '"0"', '"-1"', '"1e3"', 'W/"1"'])(
    'never cause a server error in If-Match: %s',
    async (tag) => {
      const { status } = await desk.service.as(
        'editor',
        'POST',
        `/editorial/articles/${id}/publish`,
        undefined,
        {
          'if-match': tag,
        },
      );
      expect([400, 412]).toContain(status);
    },
  );
});
