import { describe, expect, it } from '@jest/globals';
import { isOwnForm } from './same-site.guard.js';

/** Behind a proxy, the host can differ from the one in the reader's address bar. */
const host = 'reader:8080';
const origins = { siteUrl: 'https://seeblatt.ch', allowedOrigins: [] };

describe('a form', () => {
  it.each([
    ['from our own page', { host, origin: 'https://seeblatt.ch', 'sec-fetch-site': 'same-origin' }],
    ['from a browser that sends no origin', { host }],
    [
      'that the reader sends again by reloading the page',
      { host, origin: 'https://seeblatt.ch', 'sec-fetch-site': 'none' },
    ],
  ])('%s is accepted', (_name, headers) => {
    expect(isOwnForm(headers, origins)).toBe(true);
  });

  it.each([
    ['from another site', { host, origin: 'https://example.com' }],
    ['from another site that hides its origin', { host, 'sec-fetch-site': 'cross-site' }],
    ['from another host of the same site', { host, 'sec-fetch-site': 'same-site' }],
    ['from a page without an origin', { host, origin: 'null' }],
    ['from the address that only the proxy uses', { host, origin: 'http://reader:8080' }],
    ['from another port', { host, origin: 'https://seeblatt.ch:8443' }],
  ])('%s is refused', (_name, headers) => {
    expect(isOwnForm(headers, origins)).toBe(false);
  });
});
