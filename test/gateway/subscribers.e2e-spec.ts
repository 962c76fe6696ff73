import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anArticleSnapshot, anId, aPollSnapshot, testAuth, waitUntil, type TestAuth } from '#testing';
import { FakeService, sendJson, type Answering } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';

const WITHHELD = 'Nur im Abonnement.';
const poll = aPollSnapshot();
const paragraph = (text: string) => ({ type: 'paragraph' as const, runs: [{ text }] });
const whole = {
  version: 3,
  ...anArticleSnapshot({
    access: 'paid',
    body: [paragraph('Frei'), paragraph('Frei'), paragraph(WITHHELD), { type: 'poll', pollId: poll.id }],
  }),
};
const restricted = { ...whole, body: whole.body.slice(0, 2), restricted: true };
const path = `/v1/articles/${whole.id}`;

describe('a paid article through the gateway', () => {
  let services: FakeService;
  let gateway: GatewayUnderTest;
  let auth: TestAuth;
  let subscriber: Record<string, string>;
  /** Authorization headers of the requests for the article. */
  let tokens: (string | undefined)[];

  /** The real articles service verifies tokens; this one accepts any token as a subscriber's. */
  const answer: Answering = ({ url = '', headers }, response) => {
    if (url.includes('/polls/')) return sendJson(response, poll);
    if (url !== `/articles/${whole.id}`) return sendJson(response, { items: [] });
    tokens.push(headers.authorization);
    sendJson(response, headers.authorization ? whole : restricted);
  };

  beforeEach(async () => {
    tokens = [];
    auth = await testAuth();
    subscriber = { authorization: `Bearer ${await auth.subscriberToken()}` };
    services = await FakeService.start(answer);
    gateway = await GatewayUnderTest.start(upstreams(services), auth);
  });
  afterEach(async () => {
    await gateway.stop();
    await services.stop();
  });
  const read = (target: string, headers: Record<string, string> = {}) =>
    gateway.call('GET', target, { headers });

  it.each([path, `${path}/page`])(
    'is complete only for a subscriber, whoever asks before or after: %s',
    async (target) => {
      const answers = [await read(target), await read(target, subscriber), await read(target)];
      expect(answers.map(({ text }) => text.includes(WITHHELD))).toEqual([false, true, false]);
      expect(answers.map(({ text }) => text.includes('"restricted":true'))).toEqual([true, false, true]);
      expect(answers[1]!.headers.get('cache-control')).toBe('private, no-store');
      expect(answers[1]!.headers.get('etag')).toBeNull();
    },
  );

  it.each([path, `${path}/page`])(
    'is not sent if it is retracted while the service answers: %s',
    async (target) => {
      const held: ServerResponse[] = [];
      services.answer = (request, response) => {
        if (request.headers.authorization) held.push(response);
        else answer(request, response);
      };
      const reading = read(target, subscriber);
      await waitUntil(() => held.length === 1);
      services.retracted = [whole.id];
      await waitUntil(async () => (await read(`${path}/page`)).status === 410);
      sendJson(held[0]!, whole);
      const { status, text } = await reading;
      expect([status, text.includes(WITHHELD)]).toEqual([410, false]);
    },
  );

  it('is requested with the token of each subscriber, every time', async () => {
    const other = { authorization: `Bearer ${await auth.subscriberToken()}` };
    for (const headers of [subscriber, subscriber, other]) await read(path, headers);
    const withToken = tokens.filter((token) => token !== undefined);
    expect(withToken).toEqual([subscriber, subscriber, other].map(({ authorization }) => authorization));
  });

  it('declares to shared caches that subscribers get a different answer', async () => {
    for (const target of [path, `${path}/page`]) {
      expect((await read(target)).headers.get('vary')).toBe('authorization');
    }
  });

  it('includes the poll in its withheld part for a subscriber', async () => {
    expect((await read(`${path}/page`)).body['poll']).toEqual({ status: 'fresh', data: null });
    expect((await read(`${path}/page`, subscriber)).body['poll']).toMatchObject({
      status: 'fresh',
      data: { id: poll.id },
    });
  });

  it('is refused for an invalid token, and restricted for a valid token without a subscription', async () => {
    const foreign = await (await testAuth()).subscriberToken();
    for (const token of ['a.b.c', foreign]) {
      const { status, text } = await read(path, { authorization: `Bearer ${token}` });
      expect([status, text.includes(WITHHELD)]).toEqual([401, false]);
    }
    const { body } = await gateway.call('GET', path, { role: 'reader' });
    expect(body).toMatchObject({ restricted: true });
  });

  it('is refused to a reader with an account in the editorial API', async () => {
    expect((await read(`/v1/editorial/articles/${anId()}`, subscriber)).status).toBe(403);
  });

  it('is served from the shared answer, requested without a token, if it is free', async () => {
    services.answer = (request, response) => {
      tokens.push(request.headers.authorization);
      sendJson(response, { ...whole, access: 'free' });
    };
    const { text, headers } = await read(path, subscriber);
    expect(text).toContain(WITHHELD);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(tokens).toEqual([undefined]);
  });
});
