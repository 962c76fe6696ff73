import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HTTP } from 'cloudevents';
import { aPollSnapshot, anArticleSnapshot, anEncodedEvent } from '#testing';
import {
  articlePublished,
  BadMessage,
  decodeEvent,
  eventContracts,
  eventSchemas,
  MAX_EVENT_BYTES,
  pollTallied,
} from './index.js';

const folder = join('libs', 'events');
const id = '01a209b8-7cb2-7521-8524-1798840b62b3';
const read = async (...path: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, ...path), 'utf8')) as Record<string, unknown>;

/** Recorded events stay valid forever. */
describe('the contracts', () => {
  it('are written down as JSON Schema; «npm run generate» writes them', async () => {
    const written = await Promise.all(
      eventContracts().map(async ({ type }) => [type, await read('schemas', `${type}.json`)] as const),
    );
    expect(JSON.parse(JSON.stringify(eventSchemas()))).toEqual(Object.fromEntries(written));
  });

  it('each have a recorded event', async () => {
    const recorded = (await readdir(join(folder, 'fixtures'))).map((file) =>
      file.replace(/\.\d+\.json$/, ''),
    );
    expect(new Set(recorded)).toEqual(new Set(eventContracts().map(({ type }) => type)));
  });

  it('accept every event that was ever recorded, and drop none of its data', async () => {
    for (const file of await readdir(join(folder, 'fixtures'))) {
      const data = await read('fixtures', file);
      const contract = eventContracts().find(({ type }) => file.startsWith(`${type}.`));
      const result = contract?.data.safeParse(data);
      expect({ file, data: result?.data, error: result?.error }).toEqual({ file, data, error: undefined });
    }
  });

  it('ignore fields that a newer producer added', () => {
    const data = { version: 1, article: { ...anArticleSnapshot({ id }), mood: 'cheerful' } };
    expect(articlePublished.data.parse(data).article).not.toHaveProperty('mood');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.example'])('accept no link to %s', (link) => {
    const body = [{ type: 'paragraph', runs: [{ text: 'x', link }] }];
    const data = { version: 1, article: { ...anArticleSnapshot({ id }), body } };
    expect(articlePublished.data.safeParse(data).success).toBe(false);
  });
});

describe('an encoded event', () => {
  const data = { rev: 3, poll: aPollSnapshot({ id }) };
  const message = anEncodedEvent(pollTallied, { subject: id, data });

  it('is decoded to the same event', () => {
    expect(decodeEvent(message)).toMatchObject({ type: 'poll.tallied', subject: id, data });
  });

  it('is a CloudEvent for the official SDK', () => {
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name.replace('ce_', 'ce-'), String(value)]),
    );
    const event = HTTP.toEvent({ headers, body: String(message.value) });
    expect(event).toMatchObject({
      specversion: '1.0',
      type: 'poll.tallied',
      source: '/newsroom/test',
      subject: id,
      data,
    });
  });

  it('has the aggregate’s id as its key', () => {
    expect(String(message.key)).toBe(id);
  });

  it('is refused before anything is stored when it breaks its contract or is too large', () => {
    const broken = { ...data, rev: 0 };
    expect(() => anEncodedEvent(pollTallied, { subject: id, data: broken })).toThrow('rev');
    const run = { type: 'paragraph' as const, runs: [{ text: 'x'.repeat(5_000) }] };
    const article = anArticleSnapshot({ id, body: Array.from({ length: 200 }, () => run) });
    expect(MAX_EVENT_BYTES).toBeLessThan(200 * 5_000);
    expect(() => anEncodedEvent(articlePublished, { subject: id, data: { version: 1, article } })).toThrow(
      BadMessage,
    );
  });
});
