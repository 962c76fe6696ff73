import { describe, expect, it } from '@jest/globals';
import { feedEntries } from './feed.js';
import { jsonLines } from './jsonl.js';
import type { ImportRecord, Records } from './record.js';
import { wordPressPosts } from './wxr.js';

/** A file in small chunks, so that reads across their borders are tested, too. */
async function* chunks(text: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function all(records: Records): Promise<ImportRecord[]> {
  const found: ImportRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}

describe('JSON Lines', () => {
  it('contain articles in the format of the API, with a source id', async () => {
    const line = { sourceId: 'a:1', publishedAt: '2020-01-01T00:00:00Z', headline: 'Grüezi', authors: ['x'] };
    expect(await all(jsonLines(chunks(`${JSON.stringify(line)}\n`)))).toEqual([
      {
        line: 1,
        sourceId: 'a:1',
        request: {
          sourceId: 'a:1',
          state: 'published',
          publishedAt: '2020-01-01T00:00:00Z',
          article: { headline: 'Grüezi', authors: ['x'] },
        },
      },
    ]);
  });

  it('may have any line ending, blank lines, and no final newline', async () => {
    const records = await all(jsonLines(chunks('{"sourceId":"1"}\r\n\n  \n{"sourceId":"2"}')));
    expect(records.map(({ line, sourceId }) => [line, sourceId])).toEqual([
      [1, '1'],
      [4, '2'],
    ]);
  });

  it('may begin with a byte order mark', async () => {
    expect(await all(jsonLines(chunks('\ufeff{"sourceId":"1"}\n')))).toMatchObject([
      { sourceId: '1', line: 1 },
    ]);
  });

  it.each([
    ['is not JSON', '{"sourceId": ', 'is not JSON'],
    ['is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'is not UTF-8'],
    ['has no source id', '{"headline":"x"}', '/sourceId'],
    ['has an unknown state', '{"sourceId":"1","state":"gone"}', '/state'],
    ['is too long', `{"sourceId":"${'x'.repeat(600_000)}"}`, 'longer than 512 kB'],
  ])('a line that %s is bad, the next is good', async (_what, line, reason) => {
    const file = Buffer.concat([Buffer.from(line), Buffer.from('\n{"sourceId":"2"}\n')]);
    const [bad, good] = await all(jsonLines(chunks(file, 65_536)));
    expect(bad).toMatchObject({ line: 1, bad: expect.stringContaining(reason) });
    expect(good).toMatchObject({ line: 2, sourceId: '2' });
  });
});

describe('an RSS file', () => {
  const rss = `<?xml version="1.0"?>
<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Alt</title>
<item>
  <title>Fähre &amp; Hafen</title>
  <link>https://alt.example/2020/faehre-und-hafen</link>
  <guid isPermaLink="false">alt-1</guid>
  <pubDate>Wed, 01 Jan 2020 08:00:00 +0100</pubDate>
  <dc:creator>Lia Muster</dc:creator>
  <category>Verkehr</category><category>Seewilen</category>
  <description><![CDATA[<p>Die Fähre <b>fährt</b> wieder.</p>]]></description>
  <c:encoded><![CDATA[<p>Um acht.</p><h2>Danach</h2>]]></c:encoded>
  <media:content url="https://alt.example/f.jpg" type="image/jpeg" width="300" height="200"><media:description>Eine Fähre</media:description></media:content>
</item>
<item><title>Ohne Namen</title></item>
<item><guid>alt-3</guid><pubDate>gestern</pubDate></item>
</channel></rss>`;

  it('becomes requests with all of its content', async () => {
    const [first] = await all(feedEntries(chunks(rss)));
    expect(first).toEqual({
      line: 4,
      sourceId: 'alt-1',
      title: 'Fähre & Hafen',
      notes: [],
      request: {
        sourceId: 'alt-1',
        state: 'published',
        publishedAt: '2020-01-01T07:00:00.000Z',
        terms: {
          authors: [{ slug: 'lia-muster', name: 'Lia Muster' }],
          section: { slug: 'verkehr', name: 'Verkehr' },
          topics: [{ slug: 'seewilen', name: 'Seewilen' }],
        },
        article: {
          headline: 'Fähre & Hafen',
          slug: 'faehre-und-hafen',
          kicker: 'Verkehr',
          lead: 'Die Fähre fährt wieder.',
          dateline: { time: '2020-01-01T07:00:00.000Z' },
          leadPicture: { url: 'https://alt.example/f.jpg', width: 300, height: 200, alt: 'Eine Fähre' },
          body: [
            { type: 'paragraph', runs: [{ text: 'Um acht.' }] },
            { type: 'crosshead', text: 'Danach' },
          ],
          authors: ['lia-muster'],
          section: 'verkehr',
          topics: ['seewilen'],
        },
      },
    });
  });

  it('reports bad items with line and reason', async () => {
    const [, second, third] = await all(feedEntries(chunks(rss)));
    expect(second).toMatchObject({ line: 15, bad: 'has neither guid, id nor link' });
    expect(third).toMatchObject({ line: 16, sourceId: 'alt-3', bad: expect.stringContaining('gestern') });
  });

  it.each([
    ['within a record', rss.slice(0, 700), { line: 4, sourceId: 'alt-1', bad: 'the file ends within it' }],
    [
      'between records',
      rss.slice(0, rss.lastIndexOf('</channel>')),
      { line: 17, bad: 'the file breaks off here; more records may be missing' },
    ],
  ])('that breaks off %s is reported with the line', async (_where, file, last) => {
    expect((await all(feedEntries(chunks(file)))).at(-1)).toMatchObject(last);
  });
});

it('an Atom file becomes requests', async () => {
  const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><entry><id>urn:1</id><title type="html">Neu &amp;amp; gut</title>
    <link rel="self" href="https://alt.example/self"/><link href="https://alt.example/neu.html"/>
    <published>2020-01-01T00:00:00Z</published><author><name>Noa Beispiel</name></author>
    <category term="sport" label="Sport"/><summary>Kurz.</summary>
    <content type="html">&lt;p&gt;Lang.&lt;/p&gt;</content></entry></feed>`;
  const [record] = await all(feedEntries(chunks(atom)));
  expect(record).toMatchObject({
    sourceId: 'urn:1',
    request: {
      terms: { authors: [{ slug: 'noa-beispiel' }], section: { name: 'Sport' } },
      article: { headline: 'Neu & gut', slug: 'neu', lead: 'Kurz.', body: [{ runs: [{ text: 'Lang.' }] }] },
    },
  });
});

describe('a WordPress export', () => {
  const item = (fields: string) => `<item>${fields}</item>`;
  const meta = (key: string, value: string) =>
    `<wp:postmeta><wp:meta_key>${key}</wp:meta_key><wp:meta_value><![CDATA[${value}]]></wp:meta_value></wp:postmeta>`;
  const post = (status: string, id: string, more = '') =>
    item(`<title>Beitrag ${id}</title><guid>https://alt.example/?p=${id}</guid><dc:creator>lia</dc:creator>
      <wp:post_type>post</wp:post_type><wp:status>${status}</wp:status><wp:post_name>beitrag-${id}</wp:post_name>
      <wp:post_date_gmt>2020-01-0${id} 07:00:00</wp:post_date_gmt>${more}`);
  const attachment = item(`<wp:post_type>attachment</wp:post_type><wp:post_id>77</wp:post_id>
    <wp:attachment_url>https://alt.example/see.jpg</wp:attachment_url><excerpt:encoded>Am Morgen</excerpt:encoded>
    ${meta('_wp_attachment_image_alt', 'Ein See')}
    ${meta('_wp_attachment_metadata', 'a:5:{s:5:"width";i:300;s:6:"height";i:200;s:4:"file";s:7:"see.jpg";}')}`);
  const wxr = (...items: string[]) => `<rss xmlns:wp="http://wordpress.org/export/1.2/"
    xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <wp:author><wp:author_login>lia</wp:author_login><wp:author_display_name>Lia Muster</wp:author_display_name></wp:author>
    ${items.join('\n')}</channel></rss>`;
  const posts = (...items: string[]) => all(wordPressPosts(() => chunks(wxr(...items), 64)));

  it('becomes requests with pictures, authors and terms from anywhere in the file', async () => {
    const content =
      '<content:encoded><![CDATA[Der erste Absatz.\n\nDer zweite <img src="https://alt.example/see-150x100.jpg">]]></content:encoded>';
    const terms =
      '<category domain="category" nicename="news">News</category><category domain="post_tag" nicename="see">See</category>';
    const [record] = await posts(
      post('publish', '1', content + terms + meta('_thumbnail_id', '77')),
      attachment,
    );
    const picture = { width: 300, height: 200, alt: 'Ein See', caption: 'Am Morgen' };
    expect(record).toMatchObject({
      sourceId: 'https://alt.example/?p=1',
      request: {
        state: 'published',
        publishedAt: '2020-01-01T07:00:00.000Z',
        terms: { authors: [{ name: 'Lia Muster' }], section: { name: 'News' }, topics: [{ name: 'See' }] },
        article: {
          slug: 'beitrag-1',
          headline: 'Beitrag 1',
          lead: 'Der erste Absatz.',
          leadPicture: { ...picture, url: 'https://alt.example/see.jpg' },
          body: [
            { type: 'paragraph', runs: [{ text: 'Der zweite' }] },
            { type: 'picture', picture: { ...picture, url: 'https://alt.example/see-150x100.jpg' } },
          ],
        },
      },
    });
  });

  it.each([
    ['draft', 'draft'],
    ['future', 'draft'],
    ['private', 'draft'],
    ['publish', 'published'],
  ])('a post that is %s becomes %s', async (status, state) => {
    expect(await posts(post(status, '1'))).toMatchObject([{ request: { state } }]);
  });

  it('never publishes a post that had a password', async () => {
    const behind = post('publish', '1', '<wp:post_password>geheim</wp:post_password>');
    const [record] = await posts(behind);
    expect(record).toMatchObject({ request: { state: 'draft' } });
    expect(record).not.toHaveProperty('request.publishedAt');
  });

  it('passes over pages, attachments and trash, and reports them', async () => {
    const page = item('<guid>x</guid><wp:post_type>page</wp:post_type><wp:status>publish</wp:status>');
    expect(await posts(page, attachment, post('trash', '1'), post('auto-draft', '2'))).toMatchObject([
      { line: 5, passedOver: 'page' },
      { line: 6, passedOver: 'attachment, which describes pictures of posts' },
      { line: 10, passedOver: 'post in the trash' },
      { line: 13, passedOver: 'post that is only an auto-draft of WordPress' },
    ]);
  });

  it.each([
    ['draft', [{ what: 'post with the status "draft", imported as a draft', count: 1 }]],
    ['publish', []],
  ])('notes why a post that is %s is not published', async (status, notes) => {
    expect(await posts(post(status, '1'))).toMatchObject([{ notes }]);
  });

  it('imports a scheduled post under an embargo until its time', async () => {
    const scheduled = post('future', '1').replace('2020-01-01 07:00:00', '2999-05-01 06:30:00');
    expect(await posts(scheduled)).toMatchObject([
      { request: { state: 'draft', article: { embargoUntil: '2999-05-01T06:30:00.000Z' } } },
    ]);
  });

  it('leaves out comments and counts them', async () => {
    const comment = '<wp:comment><wp:comment_content>Bravo!</wp:comment_content></wp:comment>';
    expect(await posts(post('publish', '1', comment.repeat(3)))).toMatchObject([
      { notes: [{ what: 'comment, left out', count: 3 }] },
    ]);
  });

  it('resolves relative pictures and links against the page or the site', async () => {
    const content = (page: string) =>
      `<link>${page}</link><content:encoded><![CDATA[<p>Eins</p><p><a href="/ueber">Wir</a></p><img src="../see.jpg" width="3" height="2"><img src="//bilder.example/b.jpg" width="3" height="2">]]></content:encoded>`;
    const file = wxr(
      post('publish', '1', content('https://alt.example/2020/beitrag/')),
      post('publish', '2', content('')),
    ).replace('<channel>', '<channel><link>https://alt.example</link>');
    const [paged, unpaged] = await all(wordPressPosts(() => chunks(file, 64)));
    const body = (page: string) => [
      { type: 'paragraph', runs: [{ text: 'Wir', link: 'https://alt.example/ueber' }] },
      { type: 'picture', picture: { url: page } },
      { type: 'picture', picture: { url: 'https://bilder.example/b.jpg' } },
    ];
    expect(paged).toMatchObject({ request: { article: { body: body('https://alt.example/2020/see.jpg') } } });
    expect(unpaged).toMatchObject({ request: { article: { body: body('https://alt.example/see.jpg') } } });
  });

  it('keeps slugs that WordPress has percent-encoded', async () => {
    const written = post('publish', '1').replace('beitrag-1', 'b%c3%bccher-und-mehr');
    expect(await posts(written)).toMatchObject([{ request: { article: { slug: 'buecher-und-mehr' } } }]);
  });
});
