import type { ArticleDraft } from '#api';

/** A visible character: not a space, control or mark, nor a letter that fonts leave blank (U+2800, Hangul fillers). */
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

const isVisible = (text: string): boolean => VISIBLE.test(text);

type Block = ArticleDraft['body'][number];
type DraftPicture = NonNullable<ArticleDraft['leadPicture']>;
/** A text that readers see, and its JSON pointer. */
type Seen = readonly [pointer: string, text: string | undefined];

/** JSON pointers (RFC 6901) to texts for readers that are present but blank. */
export function blankTextsIn(draft: ArticleDraft): string[] {
  return [
    ...(['kicker', 'headline', 'shortHeadline', 'lead', 'sponsor'] as const).map((field): Seen => [
      `/${field}`,
      draft[field],
    ]),
    ['/dateline/place', draft.dateline?.place] as Seen,
    ...seenOf('/leadPicture', draft.leadPicture),
    ...seenOf('/cardPicture', draft.cardPicture),
    ...draft.body.flatMap((block, i) => seenIn(`/body/${i}`, block)),
  ]
    .filter(([, text]) => text !== undefined && !isVisible(text))
    .map(([pointer]) => pointer);
}

const seenOf = (at: string, picture: DraftPicture | undefined): Seen[] => [
  [`${at}/alt`, picture?.alt],
  [`${at}/credit`, picture?.credit],
];

const joined = (runs: readonly { text: string }[]): string => runs.map(({ text }) => text).join('');

function seenIn(at: string, block: Block): Seen[] {
  switch (block.type) {
    case 'paragraph':
      return [[`${at}/runs`, joined(block.runs)]];
    case 'list':
      return block.items.map((runs, i) => [`${at}/items/${i}`, joined(runs)]);
    case 'crosshead':
      return [[`${at}/text`, block.text]];
    case 'quote':
      return [
        [`${at}/text`, block.text],
        [`${at}/attribution`, block.attribution],
      ];
    case 'picture':
      return seenOf(`${at}/picture`, block.picture);
    case 'gallery':
      return [
        [`${at}/title`, block.title],
        ...block.pictures.flatMap((picture, i) => seenOf(`${at}/pictures/${i}`, picture)),
      ];
    case 'fact-box':
      return [
        [`${at}/title`, block.title],
        ...block.blocks.flatMap((inner, i) => seenIn(`${at}/blocks/${i}`, inner)),
      ];
    case 'related-link':
    case 'embed':
      return [[`${at}/title`, block.title]];
    case 'poll':
      return [];
  }
}
