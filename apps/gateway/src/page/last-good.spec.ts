import { beforeEach, describe, expect, it } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import { ClientGone } from '#http';
import type { Held } from '../caching/caches.js';
import { refuse, UpstreamDown } from '../problems.js';
import { LastGood } from './last-good.js';

const KEY = '/polls/p1';
const answer = (text: string) => async (): Promise<Held> => ({ bytes: Buffer.from(text) });
const failing = (failure: Error) => async (): Promise<Held> => {
  throw failure;
};
const read = (bytes: Buffer): string => {
  const text = bytes.toString();
  if (text === 'unreadable') throw new UpstreamDown('polls');
  return text;
};

describe('a part of a page', () => {
  let lastGood: LastGood;
  beforeEach(() => {
    lastGood = new LastGood(new LRUCache<string, Held>({ max: 10 }));
  });
  const part = (load: () => Promise<Held>) => lastGood.part(KEY, load, read);

  it('is fresh when its service answers', async () => {
    expect(await part(answer('now'))).toEqual({ status: 'fresh', data: 'now' });
  });

  it('is the last good answer while its service is unavailable', async () => {
    await part(answer('before'));
    expect(await part(failing(new UpstreamDown('polls')))).toEqual({ status: 'stale', data: 'before' });
  });

  it('is unavailable without a good answer', async () => {
    expect(await part(failing(new UpstreamDown('polls')))).toEqual({ status: 'unavailable', data: null });
  });

  it('does not keep an answer that cannot be read', async () => {
    await part(answer('before'));
    expect(await part(answer('unreadable'))).toEqual({ status: 'stale', data: 'before' });
    expect(await part(failing(new UpstreamDown('polls')))).toEqual({ status: 'stale', data: 'before' });
  });

  it('loses its last good answer when the service itself refuses', async () => {
    await part(answer('before'));
    await expect(part(failing(refuse('article.retracted')))).rejects.toMatchObject({ status: 410 });
    expect(await part(failing(new UpstreamDown('polls')))).toEqual({ status: 'unavailable', data: null });
  });

  it('keeps its last good answer when a client goes away', async () => {
    await part(answer('before'));
    await expect(part(failing(new ClientGone()))).rejects.toBeInstanceOf(ClientGone);
    expect(await part(failing(new UpstreamDown('polls')))).toEqual({ status: 'stale', data: 'before' });
  });
});
