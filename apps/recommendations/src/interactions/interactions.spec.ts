import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { commentsCounted, pollTallied } from '#events';
import { anEncodedEvent, anId, aPollSnapshot, describeWith, ServiceUnderTest } from '#testing';
import { recommendationsApp } from '../service.js';

describeWith('postgres')('the interaction counts of an article', () => {
  let service: ServiceUnderTest;
  beforeAll(async () => {
    service = await ServiceUnderTest.start(recommendationsApp);
  });
  afterAll(() => service.stop());

  const counted = (subject: string, published: number, rev: number) =>
    service.receive(
      'newsroom.comments',
      anEncodedEvent(commentsCounted, { subject, data: { count: { published, rev } } }),
    );
  const tallied = (articleId: string, pollId: string, votes: number, rev: number) => {
    const poll = aPollSnapshot({ id: pollId, articleId, votes });
    return service.receive(
      'newsroom.polls',
      anEncodedEvent(pollTallied, { subject: pollId, data: { rev, poll } }),
    );
  };
  /** As stored, since the API may serve a cached count for a while. */
  const counts = async (id: string) =>
    (
      await service.query<object>(`SELECT comments, votes, rev FROM interactions WHERE article_id = $1`, [id])
    )[0];

  it('follow republished counts, unless a newer count is known', async () => {
    const id = anId();
    await counted(id, 7, 9);
    await counted(id, 5, 8);
    expect(await counts(id)).toMatchObject({ comments: 7 });
  });

  it('are corrected when the same count is published again', async () => {
    const [id, poll] = [anId(), anId()];
    await counted(id, 7, 9);
    await tallied(id, poll, 30, 4);
    await service.query(`UPDATE interactions SET comments = 70, votes = 300 WHERE article_id = $1`, [id]);
    await service.query(`UPDATE poll_votes SET votes = 300 WHERE article_id = $1`, [id]);
    await counted(id, 7, 9);
    await tallied(id, poll, 30, 4);
    expect(await counts(id)).toMatchObject({ comments: 7, votes: 30 });
  });

  it('do not change when the same correct count is published again', async () => {
    const id = anId();
    await counted(id, 7, 9);
    await counted(id, 7, 9);
    expect(await counts(id)).toMatchObject({ comments: 7, rev: 1 });
  });
});
