import { expect, it } from '@jest/globals';
import { Slug, slugOf } from './index.js';

it.each([
  ['Zürich: Böög brennt!', 'zuerich-boeoeg-brennt'],
  ['Zu\u0308rich', 'zuerich'],
  ['Garçon à l’Opéra', 'garcon-a-l-opera'],
  ['«90 Liter»', '90-liter'],
  ['Strasse, Straße', 'strasse-strasse'],
  ['🙂', ''],
])('the slug of %s is "%s"', (text, slug) => {
  expect(slugOf(text)).toBe(slug);
});

it('a slug is valid, whatever the text', () => {
  for (const text of ['x'.repeat(300), `${'ab '.repeat(80)}`, '- - a - -', `${'a'.repeat(99)} b`]) {
    expect(Slug.safeParse(slugOf(text)).success).toBe(true);
  }
});
