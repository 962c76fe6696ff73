import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startService, type RunningService } from '#bootstrap';
import { anArticleSnapshot, aPollSnapshot, testAuth } from '#testing';
import { readerApp } from '../../apps/reader/src/service.js';
import { FakeService, sendJson, type Answering } from './fake-service.js';

const away = { status: 'unavailable', data: null };
const poll = { ...aPollSnapshot(), state: 'open', votes: 0 };
const article = anArticleSnapshot({ slug: 'faehre', body: [{ type: 'poll', pollId: poll.id }] });
const page: Answering = (_request, response) =>
  sendJson(response, {
    article: { status: 'fresh', data: article },
    comments: away,
    poll: { status: 'fresh', data: poll },
    rails: away,
    interactions: away,
  });

describe('the reader’s web page', () => {
  let gateway: FakeService;
  let reader: RunningService;
  beforeEach(async () => {
    gateway = await FakeService.start(page);
    const { env } = await testAuth();
    reader = await startService(readerApp, {
      env: { ...env, LOG_LEVEL: 'silent', READER_PORT: '0', OPERATIONS_PORT: '0', GATEWAY_URL: gateway.url },
    });
  });
  afterEach(async () => {
    await reader.stop();
    await gateway.stop();
  });
  const vote = () =>
    fetch(`${reader.url}/a/faehre/polls/${poll.id}`, {
      method: 'POST',
      body: new URLSearchParams({ optionId: 'ja' }),
      redirect: 'manual',
    });
  const votes = () => gateway.seen.filter((line) => line.startsWith('PUT')).length;

  it('shows an article although its first request meets a connection that is closing', async () => {
    let reset = false;
    gateway.answer = (request, response) => {
      if (!request.url!.endsWith('/page') || reset) return page(request, response);
      reset = true;
      request.socket.resetAndDestroy();
    };
    expect((await fetch(`${reader.url}/a/faehre`)).status).toBe(200);
  });

  it('says where the free part of a paid article ends', async () => {
    const paid = { ...article, access: 'paid', body: [], restricted: true };
    gateway.answer = (_request, response) =>
      sendJson(response, {
        article: { status: 'fresh', data: paid },
        comments: away,
        poll: away,
        rails: away,
        interactions: away,
      });
    const html = await (await fetch(`${reader.url}/a/faehre`)).text();
    expect(html).toContain('Der Rest dieses Artikels ist für Abonnentinnen und Abonnenten.');
  });

  it('says that a vote may have counted if its answer was lost, and does not send it twice', async () => {
    gateway.answer = (request, response) =>
      request.method === 'PUT' ? void request.socket.resetAndDestroy() : page(request, response);
    const answer = await vote();
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('Es ist unklar, ob das angekommen ist.');
    expect(votes()).toBe(1);
  });

  it('waits for a vote that takes four seconds', async () => {
    gateway.answer = (request, response) =>
      request.method === 'PUT'
        ? void setTimeout(() => sendJson(response, {}), 4_000)
        : page(request, response);
    expect((await vote()).status).toBe(303);
  });
});
