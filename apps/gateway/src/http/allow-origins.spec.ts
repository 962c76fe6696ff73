import { describe, expect, it } from '@jest/globals';
import { corsHeaders } from './allow-origins.js';

const site = 'https://www.seeblatt.example';
const origins = { siteUrl: site, allowedOrigins: ['https://m.seeblatt.example'] };
const headersOf = (method: string, path: string, origin?: string) =>
  corsHeaders({ method, path, origin }, origins);

describe('the CORS headers of an answer', () => {
  it.each([site, 'https://other.example', undefined])('let any origin read public answers: %s', (origin) => {
    const headers = headersOf('GET', '/v1/articles', origin);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(headers).not.toHaveProperty('vary');
  });

  it.each([
    ['POST', '/v1/articles/a1/comments'],
    ['GET', '/v1/editorial/articles'],
  ])('let allowed origins use cookies and tokens: %s %s', (method, path) => {
    for (const origin of [site, 'https://m.seeblatt.example']) {
      expect(headersOf(method, path, origin)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'origin',
      });
    }
  });

  it.each([
    ['POST', '/v1/articles/a1/comments'],
    ['GET', '/v1/editorial/articles'],
  ])('allow no other origin: %s %s', (method, path) => {
    for (const origin of ['https://other.example', 'null', undefined]) {
      expect(headersOf(method, path, origin)).toEqual({ vary: 'origin' });
    }
  });
});
