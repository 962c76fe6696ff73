import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { feedEntries } from './feed.js';

const firstOf = async (file: string) => (await feedEntries(Readable.from([Buffer.from(file)])).next()).value;

describe('an RSS item', () => {
  const item = (fields: string) =>
    firstOf(`<rss version="2.0"><channel><item><guid>1</guid>${fields}</item></channel></rss>`);

  it.each([
    ['an address and a name', 'lia@alt.example (Lia Muster)', ['lia-muster']],
    ['a name alone', 'Lia Muster', ['lia-muster']],
    ['an address alone', 'lia@alt.example', []],
  ])('has %s as its author', async (_what, author, authors) => {
    expect(await item(`<author>${author}</author>`)).toMatchObject({ request: { article: { authors } } });
  });

  it.each([
    ['lists', '<ul><li>Eins</li><li>Zwei</li></ul><p>Drei</p>', 'Eins Zwei Drei'],
    ['quotes', '<blockquote><p>Eins</p><cite>Lia Muster</cite></blockquote>', 'Eins Lia Muster'],
    ['pictures, left out', '<img src="https://alt.example/b.jpg" alt="See">Eins', 'Eins'],
    ['words that are partly bold', '<b>Ein</b>s', 'Eins'],
    ['scripts, left out', '<script>x()</script>Eins', 'Eins'],
  ])('uses its description as the lead, with %s', async (_what, html, lead) => {
    const described = await item(`<description><![CDATA[${html}]]></description>`);
    expect(described).toMatchObject({ request: { article: { lead } } });
  });
});

describe('an Atom text', () => {
  const entry = (fields: string) =>
    firstOf(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>${fields}</entry></feed>`);
  const body = [
    { type: 'paragraph', runs: [{ text: 'A & B ' }, { text: '<c>', emphasis: true }, { text: '\nda' }] },
    { type: 'crosshead', text: 'Danach' },
  ];

  it.each([
    ['XHTML', 'x:'],
    ['XHTML without a prefix', ''],
  ])('may be %s', async (_what, x) => {
    const markup = `<${x}div xmlns${x && ':x'}="http://www.w3.org/1999/xhtml"><${x}p>A &amp; B <${x}em>&lt;c></${x}em><${x}br/>da</${x}p><${x}h2>Danach</${x}h2></${x}div>`;
    const record = await entry(
      `<summary>Kurz</summary><content type="xhtml">${markup}</content><title>Nachher</title>`,
    );
    expect(record).toMatchObject({ request: { article: { lead: 'Kurz', headline: 'Nachher', body } } });
  });

  it.each(['', ' type="text"'])('is plain text with%s', async (type) => {
    expect(await entry(`<title${type}>Was heisst &lt;b&gt;?</title>`)).toMatchObject({
      request: { article: { headline: 'Was heisst <b>?' } },
    });
  });
});
