import { describe, expect, it } from '@jest/globals';
import { htmlToBlocks } from './html-to-blocks.js';
import { splitText } from './text-runs.js';
import { wordPressHtml } from './wordpress-html.js';

const p = (...runs: object[]) => ({ type: 'paragraph', runs });
const text = (value: string) => p({ text: value });

describe('HTML becomes blocks', () => {
  it.each<[string, string, object[]]>([
    ['paragraphs', '<p>Eins.</p><p>Zwei.</p>', [text('Eins.'), text('Zwei.')]],
    ['bare text', 'Nur Text', [text('Nur Text')]],
    ['white space of all kinds', '<p>\n  Eins\t\n zwei&nbsp;drei </p>', [text('Eins zwei drei')]],
    ['nothing', '<p> </p><div></div><br>', []],
    ['entities', '<p>A &amp; B &lt;c&gt; &#8222;d&#8220; &euro;</p>', [text('A & B <c> „d“ €')]],
    [
      'strong, emphasis and links',
      '<p>Ein <b>fetter</b> und <i>schiefer <strong>Satz</strong></i> mit <a href="https://a.example/">Link</a>.</p>',
      [
        p(
          { text: 'Ein ' },
          { text: 'fetter', strong: true },
          { text: ' und ' },
          { text: 'schiefer ', emphasis: true },
          { text: 'Satz', strong: true, emphasis: true },
          { text: ' mit ' },
          { text: 'Link', link: 'https://a.example/' },
          { text: '.' },
        ),
      ],
    ],
    ['a line break', '<p>Eins<br>zwei</p>', [text('Eins\nzwei')]],
    ['headings', '<h2>Titel</h2><p>Text</p>', [{ type: 'crosshead', text: 'Titel' }, text('Text')]],
    [
      'lists',
      '<ul><li>Eins</li><li><b>Zwei</b></li></ul><ol><li><p>Drei</p></li></ol>',
      [
        { type: 'list', ordered: false, items: [[{ text: 'Eins' }], [{ text: 'Zwei', strong: true }]] },
        { type: 'list', ordered: true, items: [[{ text: 'Drei' }]] },
      ],
    ],
    [
      'a list in a list, as one',
      '<ul><li>Eins<ul><li>Zwei</li></ul></li><li>Drei</li></ul>',
      [{ type: 'list', ordered: false, items: [[{ text: 'Eins' }], [{ text: 'Zwei' }], [{ text: 'Drei' }]] }],
    ],
    [
      'a quote with its author',
      '<blockquote><p>Wir bleiben.</p><cite>– Lia Muster</cite></blockquote>',
      [{ type: 'quote', text: 'Wir bleiben.', attribution: 'Lia Muster' }],
    ],
    [
      'a quote without one',
      '<blockquote><p>Wir bleiben.</p></blockquote>',
      [p({ text: 'Wir bleiben.', emphasis: true })],
    ],
    [
      'a quote in a quote, as one',
      '<blockquote>Eins<blockquote>Zwei</blockquote>Drei<cite>Lia Muster</cite></blockquote>',
      [{ type: 'quote', text: 'Eins\nZwei\nDrei', attribution: 'Lia Muster' }],
    ],
    [
      'a name without a quote',
      '<blockquote><cite>Lia Muster</cite></blockquote>',
      [p({ text: 'Lia Muster', emphasis: true })],
    ],
    [
      'two pictures of one figure, each with the caption after it',
      '<figure><img src="https://a.example/1.jpg" width="3" height="2"><figcaption>Eins</figcaption><img src="https://a.example/2.jpg" width="3" height="2"><figcaption>Zwei</figcaption></figure>',
      [
        {
          type: 'picture',
          picture: { url: 'https://a.example/1.jpg', width: 3, height: 2, caption: 'Eins' },
        },
        {
          type: 'picture',
          picture: { url: 'https://a.example/2.jpg', width: 3, height: 2, caption: 'Zwei' },
        },
      ],
    ],
    [
      'a picture with its caption',
      '<figure><img src="https://a.example/b.jpg" width="300" height="200" alt="Ein See"><figcaption>Am Morgen</figcaption></figure>',
      [
        {
          type: 'picture',
          picture: {
            url: 'https://a.example/b.jpg',
            width: 300,
            height: 200,
            alt: 'Ein See',
            caption: 'Am Morgen',
          },
        },
      ],
    ],
    [
      'a picture of unknown size, as a link',
      '<p>Vor<img src="https://a.example/b.jpg" alt="Ein See">nach</p>',
      [text('Vor'), p({ text: 'Ein See', link: 'https://a.example/b.jpg' }), text('nach')],
    ],
    [
      'an embed of an allowed provider',
      '<iframe src="https://www.youtube.com/embed/x" title="Ein Film"></iframe>',
      [{ type: 'embed', provider: 'youtube', url: 'https://www.youtube.com/embed/x', title: 'Ein Film' }],
    ],
    [
      'any other frame, as a link',
      '<iframe src="https://a.example/x" title="Karte"></iframe>',
      [p({ text: 'Karte', link: 'https://a.example/x' })],
    ],
    ['unknown elements, by their text', '<section><custom-x>Text</custom-x></section>', [text('Text')]],
    ['a table, by its texts', '<table><tr><td>A</td><td>B</td></tr></table>', [text('A'), text('B')]],
  ])('%s', (_what, html, blocks) => {
    expect(htmlToBlocks(html)).toEqual(blocks);
  });

  it.each([
    ['scripts and styles', '<p>A</p><script>alert(1)</script><style>p{}</style><noscript>x</noscript>'],
    ['comments', '<p>A</p><!-- <p>x</p> -->'],
    ['links that run scripts', '<p><a href="javascript:alert(1)">A</a></p>'],
    ['links to data', '<p><a href="data:text/html,x">A</a></p>'],
    ['pictures that run scripts', '<p>A</p><img src="javascript:alert(1)" width="1" height="1">'],
    ['handlers', '<p onclick="alert(1)">A</p>'],
    ['unclosed tags', '<p>A<b></i>'],
  ])('without %s', (_what, html) => {
    expect(htmlToBlocks(html)).toEqual([text('A')]);
  });

  it('uses size and texts of a picture from outside the HTML', () => {
    const pictureAt = () => ({ width: 30, height: 20, alt: 'Bekannt', caption: 'Unterschrift' });
    expect(htmlToBlocks('<img src="https://a.example/b.jpg">', { pictureAt })).toEqual([
      {
        type: 'picture',
        picture: {
          url: 'https://a.example/b.jpg',
          width: 30,
          height: 20,
          alt: 'Bekannt',
          caption: 'Unterschrift',
        },
      },
    ]);
  });

  it('splits long texts without loss', () => {
    const sentence = 'Das ist ein Satz. ';
    const blocks = htmlToBlocks(`<p>${sentence.repeat(1_000)}</p>`) as { runs: { text: string }[] }[];
    const runs = blocks.flatMap((block) => block.runs);
    expect(runs.every((run) => run.text.length <= 5_000)).toBe(true);
    expect(runs.map((run) => run.text).join('')).toBe(sentence.repeat(1_000).trim());
  });

  it.each([
    [
      'caption',
      '<figure><img src="https://a.example/b.jpg" width="3" height="2"><figcaption>',
      '</figcaption></figure>',
    ],
    ['attribution', '<blockquote>Wort<cite>', '</cite></blockquote>'],
    ['heading', '<h2>', '</h2>'],
  ])('keeps all text of a %s that exceeds its limit', (_what, before, after) => {
    const words = Array.from({ length: 300 }, (_, i) => `wort${i}`);
    const content = JSON.stringify(htmlToBlocks(`${before}${words.join(' ')}${after}`));
    expect(words.filter((word) => !content.includes(word))).toEqual([]);
  });

  it('refuses deeply nested elements quickly', () => {
    expect(() => htmlToBlocks(`${'<i>'.repeat(200_000)}${'</b>'.repeat(200_000)}`)).toThrow(
      'deeper than 500',
    );
    expect(htmlToBlocks('<div>a'.repeat(400))).toHaveLength(400);
  });

  it('splits lists of more than 50 items', () => {
    const blocks = htmlToBlocks(`<ul>${'<li>x</li>'.repeat(120)}</ul>`) as { items: unknown[] }[];
    expect(blocks.map(({ items }) => items.length)).toEqual([50, 50, 20]);
  });
});

it.each([
  ['at the end of a sentence', 'Eins zwei drei. Vier fünf', 20, ['Eins zwei drei. ', 'Vier fünf']],
  ['between words', 'Eins zwei drei vier', 10, ['Eins zwei ', 'drei vier']],
  ['in a word that is too long', 'abcdefgh', 3, ['abc', 'def', 'gh']],
  ['never inside a character', 'a😀😀', 2, ['a', '😀', '😀']],
  ['not at all', 'kurz', 10, ['kurz']],
])('a text is split %s', (_where, long, most, pieces) => {
  expect(splitText(long, most)).toEqual(pieces);
});

describe('HTML of WordPress', () => {
  const blocks = (content: string, note?: (what: string) => void) => {
    const pictureOf = (id: string) => (id === '7' ? 'https://a.example/7.jpg' : undefined);
    const html = wordPressHtml(content, { pictureOf, attached: ['https://a.example/8.jpg'], note });
    return htmlToBlocks(html, {
      pictureAt: () => ({ width: 3, height: 2 }),
      hasParagraphsByLine: true,
      note,
    });
  };

  it('has paragraphs between blank lines', () => {
    expect(blocks('Eins\nzwei\n\nDrei')).toEqual([text('Eins zwei'), text('Drei')]);
  });

  it('has blocks between comments', () => {
    expect(blocks('<!-- wp:paragraph {"x":1} --><p>Eins</p><!-- /wp:paragraph -->')).toEqual([text('Eins')]);
  });

  it('converts captions in shortcodes', () => {
    expect(
      blocks('[caption id="x" width="300"]<img src="https://a.example/b.jpg" alt="See"> Am Morgen[/caption]'),
    ).toMatchObject([{ type: 'picture', picture: { alt: 'See', caption: 'Am Morgen' } }]);
  });

  it('converts galleries of attachments', () => {
    expect(blocks('[gallery ids="7, 8"]')).toMatchObject([
      { type: 'picture', picture: { url: 'https://a.example/7.jpg' } },
    ]);
  });

  it('fills a gallery without ids with the pictures of the post', () => {
    expect(blocks('[gallery]')).toMatchObject([{ picture: { url: 'https://a.example/8.jpg' } }]);
  });

  it.each([
    ['alone in a paragraph', 'Eins\n\nhttps://vimeo.com/1\n\nZwei'],
    ['in a shortcode', 'Eins[embed width="3"]https://vimeo.com/1[/embed]Zwei'],
    ['by its id', 'Eins[vimeo 1]Zwei'],
  ])('embeds an address %s', (_where, content) => {
    const embed = { type: 'embed', provider: 'vimeo', url: 'https://vimeo.com/1', title: 'vimeo' };
    expect(blocks(content)).toEqual([text('Eins'), embed, text('Zwei')]);
  });

  it('turns an address that may not be embedded into a link', () => {
    expect(blocks('https://a.example/x')).toEqual([
      p({ text: 'https://a.example/x', link: 'https://a.example/x' }),
    ]);
  });

  it('converts captions of WordPress before 3.4, in an attribute', () => {
    const content = '[caption id="x" caption="Am Morgen"]<img src="https://a.example/b.jpg">[/caption]';
    expect(blocks(content)).toMatchObject([{ picture: { caption: 'Am Morgen' } }]);
  });

  it('keeps text after an unclosed comment', () => {
    expect(blocks('Eins<!-- zwei')).toEqual([text('Eins zwei')]);
  });

  it('keeps escaped shortcodes as text', () => {
    expect(blocks('So: [[gallery ids="1"]]')).toEqual([text('So: [gallery ids="1"]')]);
  });

  it('notes what it leaves out', () => {
    const notes: string[] = [];
    blocks(
      '[tabelle id="3"]<img src="data:image/png;base64,AA"><a href="#oben">x</a><script>y</script>[gallery ids="9"]',
      (what) => notes.push(what),
    );
    expect(notes).toEqual([
      'shortcode [tabelle], left out; its text stays',
      'gallery with pictures that the export does not have',
      'picture with a data: address, left out',
      'link to an anchor within the page, left out; its text stays',
      'script, left out',
    ]);
  });

  it.each([
    ['unclosed shortcodes', '[a ='],
    ['captions', '[caption]'],
    ['closed captions', '[caption]x[/caption]'],
    ['comments', '<!--'],
    ['long names', '[a'.padEnd(9, 'a')],
    ['runs without text', '<b> </b><i> </i>'],
    ['parentheses', '('],
    ['blank lines', '\n \n'],
  ])(
    'is read in linear time, with many %s',
    (_what, part) => {
      expect(() => blocks(part.repeat(1_000_000 / part.length))).not.toThrow();
    },
    10_000,
  );

  it('removes other shortcodes and keeps the text inside them', () => {
    expect(blocks('[box type="x"]Text[/box] und [fett]mehr[/fett] [x /]')).toEqual([text('Text und mehr')]);
  });

  it.each([
    '«[Basel] bleibt»',
    '«Das [sic] sagt [er]»',
    '«Sie [die Gemeinde] zahlt»',
    '«So [a < b = c] steht es»',
    '«So [Anm. d. Red.]»',
    '«Ja […]»',
  ])('keeps text in brackets: %s', (words) => {
    expect(blocks(words)).toEqual([text(words)]);
  });
});
