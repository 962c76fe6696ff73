import { describe, expect, it } from '@jest/globals';
import { isOwnForm } from './same-site.guard.js';

/** A proxy can send another host than the one in the reader's address bar. */
const host = 'reader:8080';
const origins = { siteUrl: 'https://seeblatt.ch', allowedOrigins: [] };

describe('a form', () => {
  it.each([
    ['from our own page', { host, origin: 'https://seeblatt.ch', 'sec-fetch-site': 'same-origin' }],
    ['from a browser that does not say where it comes from', { host }],
    [
      'that the reader sends by loading the page again',
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
