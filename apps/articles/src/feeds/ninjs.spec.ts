import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { anArticleSnapshot, anId } from '#testing';
import { readableWithoutSubscription } from '../article/paywall.rules.js';
import { ninjs } from './ninjs.js';

const site = {
  name: 'Seeblatt',
  url: 'https://www.example.ch',
  apiUrl: 'https://api.example.ch',
  language: 'de-CH',
};
const picture = {
  url: 'https://pictures.example/Zürich am See.JPG',
  width: 3,
  height: 2,
  alt: 'Ein See',
  caption: 'Am Morgen.',
  credit: 'Foto: L. Muster',
};
const term = (slug: string) => ({ id: anId(), slug, name: slug });

async function validator() {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(
    JSON.parse(await readFile('apps/articles/test/ninjs-3.1.schema.json', 'utf8')) as object,
  );
}

const full = anArticleSnapshot({
  shortHeadline: 'Kurz',
  byline: [{ ...term('lia-muster'), role: 'Reporterin', portrait: picture.url, biography: 'Schreibt.' }],
  leadPicture: picture,
  body: [
    { type: 'paragraph', runs: [{ text: 'Drei kurze Wörter.' }] },
    { type: 'gallery', pictures: [picture, picture] },
    { type: 'picture', picture },
    { type: 'embed', provider: 'youtube', url: 'https://www.youtube.com/watch?v=x', title: 'Ein Film' },
  ],
  topics: [term('see')],
  places: [term('seewilen')],
  corrections: [{ at: '2026-11-03T08:00:00.000Z', note: 'Datum berichtigt.' }],
});

it.each([
  ['a small article', anArticleSnapshot()],
  ['one with everything', full],
  ['one for subscribers', readableWithoutSubscription({ ...full, access: 'paid' })],
  ['an advertisement', { ...full, label: 'paid' as const }],
])('%s is valid ninjs 3.1', async (_what, article) => {
  const validate = await validator();
  validate(JSON.parse(JSON.stringify(ninjs(site, article, 3))));
  expect(validate.errors).toBeNull();
});

it('describes pictures with alt text, credit and size', () => {
  expect(ninjs(site, full, 3)).toMatchObject({
    associations: [
      {
        name: 'lead picture',
        type: 'picture',
        uri: 'https://pictures.example/Z%C3%BCrich%20am%20See.JPG',
        copyrightNotice: 'Foto: L. Muster',
        descriptions: [
          { role: 'alt', value: 'Ein See' },
          { role: 'caption', value: 'Am Morgen.' },
        ],
        renditions: [{ contentType: 'image/jpeg', width: 3, height: 2 }],
      },
      { name: 'picture 1' },
      { name: 'picture 2' },
      { name: 'picture 3' },
    ],
  });
});

it('counts words and characters of the body without markup', () => {
  const { bodies } = ninjs(site, anArticleSnapshot({ body: full.body.slice(0, 1) }), 1) as {
    bodies: { wordCount: number; charCount: number }[];
  };
  expect(bodies[0]).toMatchObject({ wordCount: 3, charCount: 'Drei kurze Wörter.'.length });
});
