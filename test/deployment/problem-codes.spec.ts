import { describe, expect, it } from '@jest/globals';
import { declaredCodes } from '#http';
import '../../apps/articles/src/problems.js';
import '../../apps/comments/src/problems.js';
import '../../apps/gateway/src/problems.js';
import '../../apps/polls/src/problems.js';
import { refusalTexts } from '../../apps/reader/src/components/words.js';

describe('the problem codes of all services', () => {
  // A code that two services declare makes the imports fail.
  it('include every code that the site has a text for', () => {
    const unknown = Object.keys(refusalTexts).filter((code) => !declaredCodes().has(code));
    expect(unknown).toEqual([]);
  });
});
