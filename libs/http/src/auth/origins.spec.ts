import { describe, expect, it } from '@jest/globals';
import { isAllowedOrigin } from './origins.js';

const origins = { siteUrl: 'https://www.seeblatt.example/', allowedOrigins: ['https://m.seeblatt.example'] };

describe('changes from a page', () => {
  it.each(['https://www.seeblatt.example', 'https://m.seeblatt.example'])(
    'are accepted for the origin %s',
    (origin) => {
      expect(isAllowedOrigin(origin, origins)).toBe(true);
    },
  );

  it.each([
    'http://www.seeblatt.example',
    'https://www.seeblatt.example:8443',
    'https://seeblatt.example',
    'https://www.seeblatt.example.evil.example',
    'http://localhost',
    'null',
    '',
  ])('are refused for the origin "%s"', (origin) => {
    expect(isAllowedOrigin(origin, origins)).toBe(false);
  });

  it('are accepted for each name of a developer’s own machine, on the port of the site', () => {
    const local = { siteUrl: 'http://127.0.0.1:8080', allowedOrigins: [] };
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect(isAllowedOrigin(`http://${host}:8080`, local)).toBe(true);
      expect(isAllowedOrigin(`http://${host}:8081`, local)).toBe(false);
    }
  });
});
