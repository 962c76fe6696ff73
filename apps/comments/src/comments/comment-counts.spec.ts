import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { articlePublished } from '#events';
import { anArticleSnapshot, anEncodedEvent, anId, describeWith, ServiceUnderTest, waitUntil } from '#testing';
import { commentsApp } from '../service.js';

describeWith('postgres')('republishing comments', () => {
  let service: ServiceUnderTest;
  beforeAll(async () => {
    service = await ServiceUnderTest.start(commentsApp);
  });
  afterAll(() => service.stop());

  it('publishes the count of every article that has ever had a comment, and finishes', async () => {
    const ids = [anId(), anId(), anId()];
    for (const id of ids) {
      const data = { version: 2, article: anArticleSnapshot({ id }) };
      await service.receive('newsroom.articles', anEncodedEvent(articlePublished, { subject: id, data }));
    }
    for (const [id, text] of [
      [ids[0], 'Eins'],
      [ids[1], 'Zwei'],
      [ids[1], 'Drei'],
    ]) {
      await service.asReader('POST', `/articles/${id}/comments`, { text });
    }
    await service.query(`INSERT INTO republish DEFAULT VALUES`);
    await waitUntil(
      async () => {
        const [job] = await service.query<{ done: number; finished_at: Date | null }>(
          `SELECT * FROM republish`,
        );
        return job!.finished_at && job!.done === 2;
      },
      { what: 'republishing to finish' },
    );
    const counted = await waitUntil(() => {
      const events = service.emitted.filter(({ type }) => type === 'comments.counted');
      return events.length === 2 && events;
    });
    expect(counted.map(({ subject, data }) => [subject, data])).toEqual([
      [ids[0], { count: { published: 1, rev: 1 } }],
      [ids[1], { count: { published: 2, rev: 2 } }],
    ]);
  });
});
