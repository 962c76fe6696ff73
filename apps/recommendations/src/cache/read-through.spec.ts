import { describe, expect, it } from '@jest/globals';
import { MemoryCache } from '#platform';
import { readThrough } from './read-through.js';

const keyOf = (id: string): string => `number:${id}`;

/** A table that is read through a cache, and records the ids that are loaded from it. */
function aTable(values: Record<string, number>) {
  const cache = new MemoryCache();
  const asked: string[][] = [];
  const read = async (...ids: string[]) => {
    const cached = await cache.getMany(ids.map(keyOf));
    return readThrough<number>(cache, ids, cached, {
      keyOf,
      seconds: 60,
      load: async (missing) => {
        asked.push([...missing]);
        return missing.flatMap((id) => (id in values ? [{ id, value: values[id]!, version: 1 }] : []));
      },
    });
  };
  return { cache, asked, read };
}

describe('reading through the cache', () => {
  it('loads only the values that the cache does not have', async () => {
    const { asked, read } = aTable({ a: 1, b: 2 });
    expect(await read('a')).toEqual(new Map([['a', 1]]));
    expect(Object.fromEntries(await read('a', 'b'))).toEqual({ a: 1, b: 2 });
    expect(await read('a', 'b')).toHaveProperty('size', 2);
    expect(asked).toEqual([['a'], ['b']]);
  });

  it('leaves out ids without a value, and loads them again', async () => {
    const { asked, read } = aTable({ a: 1 });
    expect(await read('a', 'gone')).toEqual(new Map([['a', 1]]));
    await read('a', 'gone');
    expect(asked).toEqual([['a', 'gone'], ['gone']]);
  });

  it('does not replace a newer value in the cache', async () => {
    const { cache, read } = aTable({ a: 1 });
    const reading = read('a');
    await cache.put([{ key: keyOf('a'), value: '2', version: 2 }], 60);
    await reading;
    expect(await cache.getMany([keyOf('a')])).toEqual(['2']);
  });
});
