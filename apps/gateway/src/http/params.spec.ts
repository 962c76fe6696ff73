import { describe, expect, it } from '@jest/globals';
import { pathOf, queryOf } from './params.js';

describe('the path of a call to a service', () => {
  it('has a query with the given values in order', () => {
    expect(pathOf('/articles', { topic: 'startup', cursor: undefined, limit: '4' })).toBe(
      '/articles?topic=startup&limit=4',
    );
  });

  it('has no query without values', () => {
    expect(pathOf('/articles', { topic: undefined })).toBe('/articles');
  });

  it('encodes values, so that they cannot add parameters', () => {
    expect(pathOf('/search', { q: 'a&limit=99' })).toBe('/search?q=a%26limit%3D99');
  });
});

describe('the query of a request', () => {
  it.each([
    ['/v1/articles?limit=4', '?limit=4'],
    ['/v1/articles', ''],
    ['/v1/articles?', '?'],
    ['/v1/search?q=a?b', '?q=a?b'],
  ])('to %s is forwarded as it was sent', (url, query) => {
    expect(queryOf({ url })).toBe(query);
  });
});
