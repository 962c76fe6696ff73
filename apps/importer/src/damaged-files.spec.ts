import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { feedEntries } from './feed.js';
import { jsonLines } from './jsonl.js';
import type { ImportRecord, Records } from './record.js';

async function all(records: Records): Promise<ImportRecord[]> {
  const found: ImportRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}

/** Each record in short: the headline of a good one, line and reason of any other. */
async function read(file: string | Buffer, size = 1_000): Promise<string[]> {
  const bytes = Buffer.from(file);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  return (await all(feedEntries(Readable.from(chunks)))).map(inShort);
}

function inShort(record: ImportRecord): string {
  if ('bad' in record) return `line ${record.line} (${record.sourceId}): ${record.bad}`;
  if (!('request' in record)) return record.passedOver;
  const notes = (record.notes ?? []).map(({ what }) => what);
  return [record.request.article.headline, ...notes].join(' | ');
}

const item = (id: string, title: string, more = '') =>
  `<item><guid>${id}</guid><title>${title}</title><pubDate>Wed, 01 Jan 2020 08:00:00 MEZ</pubDate>${more}</item>\n`;
const rss = (...items: string[]) =>
  `<?xml version="1.0"?>\n<rss version="2.0"><channel>\n${items.join('')}</channel></rss>`;
const around = (damaged: string) => rss(item('a', 'Vorher'), damaged, item('z', 'Nachher'));

describe('a record between two good ones', () => {
  const control = 'control characters, removed';

  it.each([
    ['with a vertical tab', item('b', 'Ein\u000bs'), `Eins | ${control}`],
    ['with NUL bytes', item('b', 'Ei\u0000\u0000ns'), `Eins | ${control}`],
    ['with a reference to a control character', item('b', 'Ein&#11;s'), `Eins | ${control}`],
    ['with an emoji as two references', item('b', 'Eins &#55357;&#56832;'), 'Eins 😀'],
    ['with half an emoji', item('b', 'Eins&#56832;'), `Eins | ${control}`],
    ['with HTML entities', item('b', 'Fl&uuml;sse&nbsp;&ndash; &Euml;'), 'Flüsse – Ë'],
    ['with windows-1252 references', item('b', 'A &#150; B'), 'A – B'],
    ['with a bare ampersand', item('b', 'M&auml;der & Söhne, A&B'), 'Mäder & Söhne, A&B'],
    ['with CDATA that contains its own end', item('b', '<![CDATA[a]]]]><![CDATA[>b]]>'), 'a]]>b'],
    ['with a record in CDATA', item('b', '<![CDATA[So: &lt;item&gt;<item></item><item>]]>'), 'So: <item>'],
    ['with a record in a comment', item('b', 'Eins', '<!-- <item> </item> -->'), 'Eins'],
    ['with an undeclared prefix', item('b', 'Eins', '<foo:bar x:y="1">z</foo:bar>'), 'Eins'],
    ['with elements in its title', item('b', 'Ein <b>fetter</b> Titel'), 'Ein fetter Titel'],
    ['with decomposed letters and soft hyphens', item('b', 'Zu\u0308rich Ö\u00adl'), 'Zu\u0308rich Ö\u00adl'],
  ])('%s is imported', async (_what, damaged, expected) => {
    expect(await read(around(damaged))).toEqual(['Vorher', expected, 'Nachher']);
  });

  it.each([
    [
      'with an unclosed element',
      '<item><guid>b</guid><title>Eins</item>\n',
      /line 4 \(b\): not well-formed XML on line 4: unexpected close tag/,
    ],
    ['with an unknown entity', item('b', '&quatsch;'), /line 4 \(b\): .*undefined entity &quatsch;/],
    ['with a stray end of CDATA', item('b', '<![CDATA[a]]>b]]>'), /line 4 \(b\): .*"]]>" is disallowed/],
    ['with an attribute without quotes', item('b', 'Eins', '<a b=c></a>'), /line 4 \(b\): not well-formed/],
    ['without an end tag', '<item><guid>b</guid><title>Eins</title>\n', /line 4 \(b\): <item> has no end/],
    ['with unclosed CDATA', item('b', '<![CDATA[Eins'), /line 4 \(b\): /],
    ['with an unclosed comment', item('b', '<!-- Eins'), /line 4 \(b\): /],
    [
      'that is nested too deeply',
      item('b', 'Eins', '<x>'.repeat(300)),
      /line 4 \(b\): has elements nested deeper than 200/,
    ],
    [
      'with an invalid time',
      item('b', 'Eins').replace('Wed, 01 Jan 2020 08:00:00 MEZ', 'bald'),
      /line 4 \(b\): has an invalid time "bald"/,
    ],
  ])('%s is bad, with its line and id', async (_what, damaged, expected) => {
    expect(await read(around(damaged))).toEqual(['Vorher', expect.stringMatching(expected), 'Nachher']);
  });

  it('with an unclosed CDATA section is bad, and later ones with CDATA are not affected', async () => {
    const title = (text: string) => `<![CDATA[${text}]]>`;
    const file = rss(item('a', '<![CDATA[Offen'), ...['b', 'c', 'd'].map((id) => item(id, title(id))));
    expect(await read(file)).toEqual([expect.stringMatching(/^line 3 \(a\)/), 'b', 'c', 'd']);
  });

  it.each(['<!--', '<![CDATA[', '<', '&', ']]>', '"'])('is good after a stray %s', async (mark) => {
    const later = item('c', '<![CDATA[Später]]>', '<!-- Notiz -->');
    expect(await read(rss(item('a', 'Vorher'), mark, item('b', 'Eins'), later))).toEqual([
      'Vorher',
      'Eins',
      'Später',
    ]);
  });

  it('without its start tag is bad, and is reported with the line of its end', async () => {
    expect(await read(around(item('b', 'Eins').replace('<item>', '<tem>')))).toEqual([
      'Vorher',
      'line 4 (undefined): a record ends here, but its <item> is missing',
      'Nachher',
    ]);
  });

  it('about feeds is good, even with whole records in its CDATA', async () => {
    const sample = '<pre><item><guid>x</guid></item>\n<item><guid>y</guid></item></pre>';
    const about = item('b', 'Eins', `<description><![CDATA[${sample}]]></description>`);
    expect(await read(around(about))).toEqual(['Vorher', 'Eins', 'Nachher']);
  });

  it('that exceeds a size limit is bad', async () => {
    const large = (part: string) => item('b', 'Eins', part.repeat((17 * 1024 * 1024) / part.length));
    for (const part of ['<x y="z"/>', '<x><![CDATA[a]]></x>']) {
      expect(await read(around(large(part)), 65_536)).toEqual([
        'Vorher',
        expect.stringMatching(/^line 4 \(b\): is larger than 16 MB/),
        'Nachher',
      ]);
    }
    const many = item('b', 'Eins', '<x/>'.repeat(300_000));
    expect((await read(around(many), 65_536))[1]).toMatch(/more than 250000 elements/);
  });

  it('never contains another file or the expansion of an entity', async () => {
    const doctype = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>`;
    const file = rss(item('a', '&b;'), item('b', '&c;'), item('c', 'Gut')).replace('<rss', `${doctype}<rss`);
    expect(await read(file)).toEqual([
      expect.stringMatching(/^line 3 \(a\): .*undefined entity &b;/),
      expect.stringMatching(/^line 4 \(b\): .*undefined entity &c;/),
      'Gut',
    ]);
  });
});

describe('a file', () => {
  const file = (encoding: string) =>
    rss(item('a', 'Grösse'), item('b', 'Flüsse')).replace('?>', ` encoding="${encoding}"?>`);
  const note = 'bytes that are not UTF-8, read as windows-1252';

  it.each<[string, Buffer, string[]]>([
    ['in ISO-8859-1', Buffer.from(file('ISO-8859-1'), 'latin1'), ['Grösse', 'Flüsse']],
    [
      'in windows-1252',
      Buffer.from(file('windows-1252').replace('Grösse', 'Gr\u0080\u0096'), 'latin1'),
      ['Gr€–', 'Flüsse'],
    ],
    ['in UTF-8 with a byte order mark', Buffer.from(`\ufeff${file('utf-8')}`), ['Grösse', 'Flüsse']],
    [
      'in UTF-16 with a byte order mark',
      Buffer.from(`\ufeff${file('utf-16')}`, 'utf16le'),
      ['Grösse', 'Flüsse'],
    ],
    ['in UTF-16 without a byte order mark', Buffer.from(file('utf-16'), 'utf16le'), ['Grösse', 'Flüsse']],
    [
      'in big-endian UTF-16',
      Buffer.from(`\ufeff${file('utf-16')}`, 'utf16le').swap16(),
      ['Grösse', 'Flüsse'],
    ],
    ['in UTF-8 that declares UTF-16', Buffer.from(file('utf-16')), ['Grösse', 'Flüsse']],
    [
      'in UTF-8 that declares ISO-8859-1',
      Buffer.from(file('iso-8859-1')),
      ['Grösse', 'Flüsse'].map((title) => `${title} | UTF-8 in a file that declares iso-8859-1`),
    ],
    [
      'in UTF-8 with some invalid bytes',
      Buffer.concat([
        Buffer.from(rss(item('a', 'Grösse'))).subarray(0, -16),
        Buffer.from(item('b', 'Flüsse'), 'latin1'),
        Buffer.from(item('c', 'Bäche')),
        Buffer.from('</channel></rss>'),
      ]),
      ['Grösse', `Flüsse | ${note}`, 'Bäche'],
    ],
    [
      'in an unknown encoding',
      Buffer.from(file('klingon')),
      ['line 1 (undefined): the encoding "klingon" is unknown; read as UTF-8', 'Grösse', 'Flüsse'],
    ],
  ])('%s is read', async (_what, bytes, expected) => {
    expect(await read(bytes)).toEqual(expected);
    expect(await read(bytes, 3)).toEqual(expected);
  });

  it.each([
    ['blank lines and warnings before it', `\n\nWarning: foo() in bar.php\n${around('')}`],
    ['another file after it', `${rss(item('a', 'Vorher'))}\n${rss(item('z', 'Nachher'))}`],
    ['Windows line endings', around('').replaceAll('\n', '\r\n')],
  ])('with %s is read', async (_what, content) => {
    expect(await read(content)).toEqual(['Vorher', 'Nachher']);
  });

  it('in another format yields no records, only the reason', async () => {
    expect(await read('<html><body>Wartung</body></html>')).toEqual([
      'line 1 (undefined): the file has no rss, feed or RDF element',
    ]);
  });

  it('with a prefix on every element is read', async () => {
    const content = `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>1</a:id><a:title>Eins</a:title><a:updated>2020-01-01T00:00:00Z</a:updated></a:entry></a:feed>`;
    expect(await read(content)).toEqual(['Eins']);
  });

  it('of RSS 1.0 is read', async () => {
    const content = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><items/></channel><item rdf:about="https://alt.example/1"><title>Eins</title><dc:date>2020-01-01</dc:date></item></rdf:RDF>`;
    expect(await read(content)).toEqual(['Eins | time without a zone, read as UTC']);
  });

  it('exported from Blogger yields its posts, and reports everything else', async () => {
    const entry = (kind: string, id: string, more = '') =>
      `<entry><id>${id}</id><category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#${kind}"/><category scheme="http://www.blogger.com/atom/ns#" term="Wandern"/><title type="text">${id}</title><published>2020-01-01T00:00:00Z</published>${more}</entry>`;
    const draft =
      '<app:control xmlns:app="http://purl.org/atom/app#"><app:draft>yes</app:draft></app:control>';
    const content = `<feed xmlns="http://www.w3.org/2005/Atom">${entry('template', 't')}${entry('post', 'p')}${entry('comment', 'c')}${entry('post', 'd', draft)}</feed>`;
    const records = await all(feedEntries(Readable.from([Buffer.from(content)])));
    expect(records).toMatchObject([
      { passedOver: 'template of the blog' },
      { sourceId: 'p', request: { state: 'published', article: { section: 'wandern' } } },
      { passedOver: 'comment' },
      { sourceId: 'd', request: { state: 'draft' } },
    ]);
  });
});

describe('JSON Lines', () => {
  const lines = async (bytes: Buffer) =>
    (await all(jsonLines(Readable.from([bytes])))).map((record) =>
      'bad' in record ? `${record.line}: ${record.bad}` : `${record.line}: ${record.sourceId}`,
    );

  it('in UTF-16 are read', async () => {
    expect(await lines(Buffer.from('\ufeff{"sourceId":"ä"}\r\n{"sourceId":"b"}', 'utf16le'))).toEqual([
      '1: ä',
      '2: b',
    ]);
  });

  it('are read except for one with NUL bytes', async () => {
    expect(
      await lines(Buffer.from('{"sourceId":"a"}\n{"sourceId":"\u0000"}\n\u0000\u0000\n{"sourceId":"b"}')),
    ).toEqual([
      '1: a',
      expect.stringMatching(/^2: is not JSON: Bad control character/),
      expect.stringMatching(/^3: is not JSON/),
      '4: b',
    ]);
  });
});
