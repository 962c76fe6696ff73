import { describe, expect, it } from '@jest/globals';
import { withoutRetracted } from './without-retracted.rules.js';

const article = (id: string) => ({ type: 'article', id });
const slot = { type: 'slot', id: 'slot' };
const gone = (id: string): boolean => id === 'gone';

describe('the rails of a page', () => {
  it('lose the cards of retracted articles, and nothing else', () => {
    const rails = [{ cards: [article('a'), article('gone'), slot] }, { cards: [article('b')] }];
    expect(withoutRetracted({ rails }, gone)).toEqual({
      rails: [{ cards: [article('a'), slot] }, { cards: [article('b')] }],
    });
  });

  it('lose a rail that would have only sold cards left', () => {
    expect(withoutRetracted({ rails: [{ cards: [slot, article('gone')] }] }, gone)).toEqual({ rails: [] });
  });

  it.each([{ items: [] }, { rails: [{ cards: [{ id: 'a' }] }] }, null, 'rails'])(
    'are refused when their cards cannot be read: %j',
    (answer) => {
      expect(withoutRetracted(answer, gone)).toBeUndefined();
    },
  );
});
