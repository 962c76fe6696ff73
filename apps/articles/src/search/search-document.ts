import { textsOf, type ArticleSnapshot } from '#events';
import { readableWithoutSubscription } from '../article/paywall.rules.js';
import type { Words } from './vocabulary.js';
import { compoundsOf, withCompounds, wordsOf, type Token } from './words.js';

/**
 * The document of an article for PostgreSQL's text search. It has these kinds of lexemes:
 *
 * - `bahn`: the stem of a word; for attached words (`e-bike`) also that of the joined word (`ebik`)
 * - `+bahn`: the stem of a part of a compound, such as "Seilbahn"
 * - `=müller`: a separate word as it is spelled, in headline, lead and names: "Müller" and "Müll" share a stem
 * - `@…`: the id of a list that the article is in
 * - {@link FORMAT}
 */
export type SearchDocument = string;

/** Marks documents with these kinds of lexemes. Change the number whenever the kinds change. */
export const FORMAT = '#2';

type Weight = 'A' | 'B' | 'C' | 'D';

export interface Field {
  readonly weight: Weight;
  readonly tokens: readonly Token[];
  /** Only subscribers may read it. Its words are indexed without positions. */
  readonly withheld?: boolean;
}

/** The words of an article. The headline weighs most, followed by lead, names and body. */
export function fieldsOf(article: ArticleSnapshot): Field[] {
  const { kicker, headline, shortHeadline, lead, byline, section, topics, places, dateline } = article;
  const names = [...byline, section, ...topics, ...places].map(({ name }) => name);
  const free = readableWithoutSubscription(article).body.length;
  const texts: [Weight, (string | undefined)[]][] = [
    ['A', [kicker, headline, shortHeadline]],
    ['B', [lead]],
    ['C', [...names, dateline.place]],
    ['D', article.body.slice(0, free).flatMap(textsOf)],
  ];
  const withheld = article.body.slice(free).flatMap(textsOf);
  return [
    ...texts.flatMap(([weight, all]) =>
      all.flatMap((text) => (text === undefined ? [] : [{ weight, tokens: wordsOf(text) }])),
    ),
    ...withheld.map((text): Field => ({ weight: 'D', tokens: wordsOf(text), withheld: true })),
  ];
}

/** Every word of the fields; attached words also joined into one. */
export const wordsIn = (fields: readonly Field[]) => fields.flatMap(({ tokens }) => withCompounds(tokens));

/** The highest position that a tsvector can store. */
const LAST_POSITION = 16_383;
/** The most positions that a tsvector can store per lexeme. */
const POSITIONS = 255;

/** The document, without the lists that the article is in. */
export function documentOf(fields: readonly Field[], words: Words): SearchDocument {
  const positions = new Map<string, string[]>();
  let position = 1;
  const add = (lexeme: string, at: number, { weight, withheld }: Field) => {
    const known = positions.get(lexeme) ?? [];
    if (!withheld && known.length < POSITIONS) known.push(`${Math.min(at, LAST_POSITION)}${weight}`);
    positions.set(lexeme, known);
  };
  for (const field of fields) {
    const { weight, tokens } = field;
    for (const [i, token] of tokens.entries()) {
      const { stem, parts } = words.get(token.spelling)!;
      const lexeme = stem ?? (token.acronym ? token.form : undefined);
      if (lexeme === undefined) continue;
      add(lexeme, position + i, field);
      for (const part of parts) add(`+${part}`, position + i, field);
      const alone = !token.attached && !tokens[i + 1]?.attached;
      if (weight !== 'D' && alone) add(`=${token.spelling}`, position + i, field);
    }
    for (const { spelling, first } of compoundsOf(tokens)) {
      const { stem } = words.get(spelling)!;
      if (stem !== undefined) add(stem, position + first, field);
    }
    // A gap: the last word of a text and the first of the next form no phrase.
    position += tokens.length + 1;
  }
  return [
    quoted(FORMAT),
    ...[...positions].map(([lexeme, all]) =>
      all.length > 0 ? `${quoted(lexeme)}:${all.join(',')}` : quoted(lexeme),
    ),
  ].join(' ');
}

/** A lexeme in the text form of documents and queries. */
export const quoted = (lexeme: string): string => `'${lexeme.replace(/['\\]/g, '$&$&')}'`;
