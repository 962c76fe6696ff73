import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { articlePublished, articleRetracted, type PollSnapshot } from '#events';
import { anArticleSnapshot, anEncodedEvent, anId, describeWith, ServiceUnderTest, waitUntil } from '#testing';
import { pollsApp } from './service.js';
import type { EditorialPollResponse, PollResponse } from './polls/polls.dto.js';

describeWith('postgres')('the polls service', () => {
  let service: ServiceUnderTest;

  beforeAll(async () => {
    service = await ServiceUnderTest.start(pollsApp);
  });

  afterAll(async () => {
    await service.stop();
  });

  const published = (id: string, pollId: string, version = 2) =>
    anEncodedEvent(articlePublished, {
      subject: id,
      data: { version, article: anArticleSnapshot({ id, body: [{ type: 'poll', pollId }] }) },
    });
  const retracted = (id: string, version: number) =>
    anEncodedEvent(articleRetracted, {
      subject: id,
      data: { version, reason: 'legal', retractedAt: '2026-11-02T09:00:00.000Z' },
    });
  const aDraft = async () =>
    (
      await service.as<EditorialPollResponse>('editor', 'POST', '/editorial/polls', {
        question: 'Ja?',
        options: ['Ja', 'Nein'],
      })
    ).body;
  const anOpenPoll = async () => {
    const [articleId, poll] = [anId(), await aDraft()];
    await service.receive('newsroom.articles', published(articleId, poll.id));
    return { articleId, id: poll.id, yes: poll.options[0]!.id, no: poll.options[1]!.id };
  };
  const get = (id: string) => service.call<PollResponse>('GET', `/polls/${id}`);
  const vote = (id: string, optionId: string, token?: string) =>
    service.asReader<PollResponse>('PUT', `/polls/${id}/ballot`, { optionId }, token);
  const eventsOf = (id: string) => service.emitted.filter(({ subject }) => subject === id);

  it('sanitizes questions and options', async () => {
    const request = { question: 'Ja\u0000?', options: ['Ja\ud83d', 'Nein\u0007'] };
    expect(
      await service.as<EditorialPollResponse>('editor', 'POST', '/editorial/polls', request),
    ).toMatchObject({
      status: 201,
      body: { question: 'Ja?', options: [{ text: 'Ja\ufffd' }, { text: 'Nein' }] },
    });
  });

  it('hides a draft, and opens it when its article is published', async () => {
    const poll = await aDraft();
    expect((await get(poll.id)).status).toBe(404);
    await service.receive('newsroom.articles', published(anId(), poll.id));
    expect(await get(poll.id)).toMatchObject({ status: 200, body: { state: 'open', votes: 0 } });
  });

  it('counts 300 simultaneous votes exactly, and emits tallies with growing revs, the last one exact', async () => {
    const { id, yes, no } = await anOpenPoll();
    const cast = Array.from({ length: 300 }, (_, i) => vote(id, i % 3 === 0 ? no : yes));
    const statuses = (await Promise.all(cast)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await get(id)).body.options.map(({ votes }) => votes)).toEqual([200, 100]);
    const last = await waitUntil(() =>
      eventsOf(id).find(({ data }) => (data as { poll: PollSnapshot }).poll.votes === 300),
    );
    expect(last).toMatchObject({ type: 'poll.tallied', data: { rev: 301 } });
    const revs = eventsOf(id).map(({ data }) => (data as { rev: number }).rev);
    expect(revs).toEqual(revs.toSorted((a, b) => a - b));
    expect(revs.length).toBeLessThan(20);
  });

  it('counts one ballot per reader, which can be changed, even if it is sent many times at once', async () => {
    const { id, yes, no } = await anOpenPoll();
    const reader = service.newReader();
    await Promise.all(Array.from({ length: 20 }, () => vote(id, yes, reader)));
    expect((await vote(id, no, reader)).body).toMatchObject({
      votes: 1,
      options: [{ votes: 0 }, { votes: 1 }],
    });
  });

  it('counts references from articles to nonexistent polls', async () => {
    await service.receive('newsroom.articles', published(anId(), anId()));
    const missing = async () => /^polls_missing_total\S* (\d+)$/m.exec(await service.metrics())?.[1];
    expect(await waitUntil(async () => (await missing()) === '1')).toBe(true);
  });

  it('opens a poll once, however often its article is published', async () => {
    const { id, articleId } = await anOpenPoll();
    await service.receive('newsroom.articles', published(articleId, id), published(articleId, id, 3));
    await waitUntil(() => eventsOf(id).length > 0);
    expect(eventsOf(id).map(({ type }) => type)).toEqual(['poll.opened']);
  });

  it('closes and hides the polls of a retracted article, and an older snapshot does not reopen them', async () => {
    const { id, articleId, yes } = await anOpenPoll();
    await service.receive('newsroom.articles', retracted(articleId, 5), published(articleId, id, 4));
    expect((await get(id)).status).toBe(410);
    expect((await vote(id, yes)).status).toBe(410);
    await waitUntil(() => eventsOf(id).some(({ type }) => type === 'poll.closed'));
    expect(eventsOf(id).map(({ type }) => type)).toEqual(['poll.opened', 'poll.closed']);
  });

  it('creates one poll per Idempotency-Key and person', async () => {
    const create = (role: 'editor' | 'author') =>
      service.as<EditorialPollResponse>(
        role,
        'POST',
        '/editorial/polls',
        { question: 'Wie oft?', options: ['Einmal', 'Zweimal'] },
        { 'idempotency-key': 'same' },
      );
    const [first, again, other] = [await create('editor'), await create('editor'), await create('author')];
    expect(again.body.id).toBe(first.body.id);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('lets editors create polls, but not the sales department', async () => {
    const body = { question: 'Wer darf?', options: ['Ja', 'Nein'] };
    expect(await service.as('editor', 'POST', '/editorial/polls', body)).toMatchObject({ status: 201 });
    expect(await service.as('sales', 'POST', '/editorial/polls', body)).toMatchObject({ status: 403 });
  });
});
