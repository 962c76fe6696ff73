/** A post of a generated export, and the expected result of its import. */
export interface ExpectedPost {
  readonly sourceId: string;
  readonly kind: string;
  /** The line of the file on which it begins. */
  readonly line: number;
  readonly outcome: 'published' | 'draft' | 'bad' | 'passed over';
  /** Part of the reason why it is bad or passed over. */
  readonly reason?: string;
  /** Part of a note in the report about something left out or changed. */
  readonly note?: string;
  readonly headline?: string;
  /** Texts that the stored article must contain, as JSON. */
  readonly contains: readonly string[];
}

export interface WordPressExport {
  readonly bytes: Buffer;
  readonly posts: readonly ExpectedPost[];
}

type Expected = Omit<ExpectedPost, 'sourceId' | 'kind' | 'line'>;

interface Post extends Partial<Expected> {
  /** As XML, with any CDATA. */
  readonly title?: string;
  readonly content?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly more?: string;
  /** Changes the finished source. */
  readonly damage?: (source: string) => string | Buffer;
}

const places = ['Seewilen', 'Obergrütli', 'Chriesimatt', 'Hinterfluh', 'Bärenmoos', 'Niederurdorf'];
const subjects = ['Die Fähre', 'Das Freibad', 'Der Gemeinderat', 'Die Bäckerei Brühwiler', 'Das Postauto'];
const verbs = ['fährt wieder', 'bleibt geschlossen', 'sucht Helfer', 'feiert Jubiläum', 'spart Strom'];

const of = <T>(list: readonly T[], i: number): T => list[i % list.length]!;
const titleOf = (i: number): string =>
  `${of(subjects, i)} in ${of(places, i >> 1)} ${of(verbs, i >> 2)} (${i})`;
const sentence = (i: number, n: number): string =>
  `Absatz ${i}.${n}: ${of(subjects, i + n)} ${of(verbs, n)}, sagt man in ${of(places, n)}.`;
const textOf = (i: number): string => [1, 2, 3].map((n) => sentence(i, n)).join('\n\n');
const meta = (key: string, value: string): string =>
  `<wp:postmeta><wp:meta_key>${key}</wp:meta_key><wp:meta_value><![CDATA[${value}]]></wp:meta_value></wp:postmeta>`;

/** Every kind of post that exports contain; each function returns its `i`-th post. */
const kinds: Readonly<Record<string, (i: number) => Post>> = {
  plain: () => ({}),
  blocks: (i) => ({
    content: `<!-- wp:paragraph {"a":"-"} -->\n<p>${sentence(i, 1)}</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:list -->\n<ul><li>Eins</li><li>Zwei</li></ul>\n<!-- /wp:list -->`,
    contains: [sentence(i, 1), '"list"'],
  }),
  'control characters': (i) => ({
    title: `${titleOf(i)}\u000b`,
    content: `Ein\u0000s ${i}.\n\nZ\u001fwei`,
    contains: [`Eins ${i}.`, 'Zwei'],
    note: 'control characters',
  }),
  entities: (i) => ({
    title: `K&auml;se &amp; Br&ouml;tli&nbsp;&ndash; &#8222;${i}&#8220;`,
    headline: `Käse & Brötli – „${i}“`,
  }),
  'bare ampersand': (i) => ({ title: `Huber & Söhne ${i}`, headline: `Huber & Söhne ${i}` }),
  'Latin-1 bytes': (i) => ({
    content: `Die Brücke über die Säntis-Schlucht ${i}.\n\nSchönes Wetter.`,
    contains: [`Die Brücke über die Säntis-Schlucht ${i}.`, 'Schönes Wetter.'],
    damage: (source) => Buffer.from(source, 'latin1'),
    note: 'not UTF-8',
  }),
  'relative pictures': (i) => ({
    content: `${textOf(i)}\n\n<img src="/bilder/a-${i}.jpg" width="300" height="200" alt="Ein See">\n\n<img src="//bilder.example/b-${i}.jpg" width="300" height="200" alt="Ein Berg">\n\nMehr <a href="../archiv/">im Archiv</a>.`,
    contains: [
      `https://seewilen.example/bilder/a-${i}.jpg`,
      `https://bilder.example/b-${i}.jpg`,
      'https://seewilen.example/archiv/',
    ],
  }),
  'picture inside the text': (i) => ({
    content: `${textOf(i)}<img src="data:image/png;base64,iVBORw0KGgo=">`,
    note: 'data: address',
  }),
  shortcodes: (i) => ({
    content: `${textOf(i)}\n\n[caption id="x" width="300"]<img src="https://seewilen.example/c.jpg" width="300" height="200" alt="See" /> Am Ufer ${i}[/caption]\n\n[gallery ids="9000"]\n\n[embed]https://vimeo.com/${i}[/embed]\n\n[kontakt id="3"] und [box]mehr[/box], so [sic]!`,
    contains: [
      `Am Ufer ${i}`,
      'https://seewilen.example/faehre.jpg',
      `https://vimeo.com/${i}`,
      'und mehr, so [sic]!',
    ],
    note: 'shortcode [kontakt]',
  }),
  'end of CDATA in CDATA': (i) => ({
    content: `Feld a[b[0]]]]><![CDATA[> ${i}.\n\nZwei`,
    contains: [`Feld a[b[0]]> ${i}.`],
  }),
  'early end of CDATA': (i) => ({
    content: `Feld a[b[0]]> ${i}.`,
    outcome: 'bad',
    reason: 'not well-formed XML on line',
  }),
  'no title': () => ({ title: '', headline: '', outcome: 'draft', note: 'without a title' }),
  'equal titles': (i) => ({
    title: 'Die Fähre fährt wieder',
    headline: 'Die Fähre fährt wieder',
    fields: { 'wp:post_name': '' },
    contains: [sentence(i, 2)],
  }),
  'equal slugs': () => ({ fields: { 'wp:post_name': 'immer-gleich' } }),
  'slug with percent signs': (i) => ({
    fields: { 'wp:post_name': `b%c3%bccher-${i}` },
    contains: [`buecher-${i}`],
    note: 'slug that is not allowed',
  }),
  'future time': () => ({
    fields: { 'wp:status': 'future', 'wp:post_date_gmt': '2999-05-01 06:30:00' },
    outcome: 'draft',
    contains: ['"embargoUntil":"2999-05-01T06:30:00.000Z"'],
    note: 'with a future time',
  }),
  'invalid time': () => ({
    fields: { 'wp:post_date_gmt': '2020-13-45 99:00:00' },
    outcome: 'bad',
    reason: 'has an invalid time "2020-13-45 99:00:00"',
  }),
  'named zone': () => ({
    fields: { 'wp:post_date_gmt': '', pubDate: 'Fr, 31 Jan 2020 08:00:00 MEZ' },
    contains: ['2020-01-31T07:00:00.000Z'],
  }),
  'unclosed element': (i) => ({
    damage: (source) => source.replace('</title>', ''),
    outcome: 'bad',
    reason: 'not well-formed XML on line',
    headline: titleOf(i),
  }),
  'unclosed CDATA': () => ({
    damage: (source) => source.replace(']]></content:encoded>', '</content:encoded>'),
    outcome: 'bad',
    reason: 'not well-formed XML on line',
  }),
  'unclosed record': () => ({
    damage: (source) => source.replace('</item>\n', '\n'),
    outcome: 'bad',
    reason: '<item> has no end',
  }),
  'unknown entity': () => ({ title: 'Sehr &geheim;', outcome: 'bad', reason: '&geheim;' }),
  'emoji, combining letters, soft hyphens': (i) => ({
    content: `👩‍👩‍👧 Zu\u0308rich, Ö\u00adster\u00adreich ${i}.\n\nZwei`,
    contains: [`👩‍👩‍👧 Zu\u0308rich, Ö\u00adster\u00adreich ${i}.`],
  }),
  comments: (i) => ({
    more: `<wp:comment><wp:comment_author>Anna ${i}</wp:comment_author><wp:comment_content><![CDATA[Bravo!]]></wp:comment_content></wp:comment>`,
    note: 'comment, left out',
  }),
  page: () => ({ fields: { 'wp:post_type': 'page' }, outcome: 'passed over', reason: 'page' }),
  attachment: () => ({
    fields: { 'wp:post_type': 'attachment' },
    outcome: 'passed over',
    reason: 'attachment',
  }),
  'menu item': () => ({
    fields: { 'wp:post_type': 'nav_menu_item' },
    outcome: 'passed over',
    reason: 'nav_menu_item of WordPress',
  }),
  trash: () => ({ fields: { 'wp:status': 'trash' }, outcome: 'passed over', reason: 'post in the trash' }),
  draft: () => ({ fields: { 'wp:status': 'draft' }, outcome: 'draft', note: '"draft"' }),
  private: () => ({ fields: { 'wp:status': 'private' }, outcome: 'draft', note: '"private"' }),
  password: () => ({
    fields: { 'wp:post_password': 'geheim' },
    outcome: 'draft',
    note: 'behind a password',
  }),
  'many paragraphs': (i) => ({
    content: Array.from({ length: 700 }, (_, n) => sentence(i, n)).join('\n\n'),
    contains: [sentence(i, 0), sentence(i, 350), sentence(i, 699)],
    note: 'more than 300 blocks',
  }),
  'long title': (i) => ({
    title: `${'Sehr '.repeat(60)}lang ${i}`,
    headline: 'Sehr '.repeat(32).trim(),
    contains: [`lang ${i}`],
  }),
  'many topics': () => ({
    more: Array.from(
      { length: 25 },
      (_, n) => `<category domain="post_tag"><![CDATA[Thema ${n}]]></category>`,
    ).join(''),
    note: 'topic beyond the first 20',
  }),
  'data of a page builder': () => ({ more: meta('_builder_data', '{"a":1}'.repeat(300_000)) }),
  'text of 2 MB': () => ({
    content: 'Wort um Wort. '.repeat(150_000),
    outcome: 'bad',
    reason: 'kB as an article; the limit is 512 kB',
  }),
};

/** Large kinds occur once per hundred posts. */
const large = new Set(['data of a page builder', 'text of 2 MB', 'many paragraphs']);

const head = `<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Seewiler Bote</title><link>https://seewilen.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_login><![CDATA[lia]]></wp:author_login><wp:author_display_name><![CDATA[Lia Muster]]></wp:author_display_name></wp:author>
`;

/** The lead picture of every post; alt text and size are only in its attachment. */
const leadPicture = `<item><title>faehre</title><wp:post_id>9000</wp:post_id><wp:post_type>attachment</wp:post_type>
<wp:attachment_url>https://seewilen.example/faehre.jpg</wp:attachment_url>
${meta('_wp_attachment_image_alt', 'Eine Fähre')}${meta('_wp_attachment_metadata', 'a:2:{s:5:"width";i:1200;s:6:"height";i:800;}')}</item>
`;

function sourceOf(i: number, id: string, { title, content, fields = {}, more = '' }: Post): string {
  const values: Record<string, string> = {
    guid: id,
    link: `https://seewilen.example/beitrag-${i}/`,
    'dc:creator': '<![CDATA[lia]]>',
    'wp:post_id': `${10_000 + i}`,
    'wp:post_date_gmt': `2020-01-${String((i % 28) + 1).padStart(2, '0')} 07:00:00`,
    'wp:post_name': `beitrag-${i}`,
    'wp:status': 'publish',
    'wp:post_type': 'post',
    'wp:post_password': '',
    ...fields,
  };
  const elements = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<item>
<title>${title ?? titleOf(i)}</title>
${elements.join('\n')}
<category domain="category" nicename="verkehr"><![CDATA[Verkehr]]></category>
<content:encoded><![CDATA[${content ?? textOf(i)}]]></content:encoded>
${meta('_thumbnail_id', '9000')}${more}</item>
`;
}

/**
 * An export with every kind of damage and oddity that occurs in real exports; the same on each call.
 * @param count of posts; with at least 120, each kind occurs at least twice.
 */
export function wordPressExport(count: number): WordPressExport {
  const names = Object.keys(kinds);
  const everyday = names.filter((name) => !large.has(name));
  const parts = [Buffer.from(head), Buffer.from(leadPicture)];
  const posts: ExpectedPost[] = [];
  let line = linesIn(head) + linesIn(leadPicture) + 1;
  for (let i = 0; i < count; i++) {
    const kind = [...large][i % 100] ?? of(everyday, i);
    const sourceId = `https://seewilen.example/?p=${i}`;
    const post = kinds[kind]!(i);
    const whole = sourceOf(i, sourceId, post);
    const bytes = Buffer.from(post.damage?.(whole) ?? whole);
    const { outcome = 'published', reason, note, headline = titleOf(i) } = post;
    const contains = post.contains ?? (post.content ? [] : [sentence(i, 2)]);
    posts.push({ sourceId, kind, line, outcome, reason, note, headline, contains });
    parts.push(bytes);
    line += linesIn(bytes.toString('latin1'));
  }
  const cut = sourceOf(count, 'https://seewilen.example/?p=abgeschnitten', {});
  posts.push({
    sourceId: 'https://seewilen.example/?p=abgeschnitten',
    kind: 'end of the file within it',
    line,
    outcome: 'bad',
    reason: 'the file ends within it',
    contains: [],
  });
  parts.push(Buffer.from(cut.slice(0, cut.indexOf('</content:encoded>') - 40)));
  return { bytes: Buffer.concat(parts), posts };
}

const linesIn = (text: string): number => text.split('\n').length - 1;
