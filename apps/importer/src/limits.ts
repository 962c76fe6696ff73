import { z } from 'zod';
import { ArticleSnapshot } from '#events';
import { MAX_BODY_BYTES } from '#http';

type Schema = z.core.JSONSchema.BaseSchema;

/** @throws Error when the contract has no such part, so that a changed contract is noticed immediately. */
function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The contract of articles has no ${what}.`);
  return value;
}

/** The schema at a path of property names; `[]` stands for the items of a list. */
function at(schema: Schema, path: string): Schema {
  return path.split('.').reduce((outer, name) => {
    const inner = name === '[]' ? outer.items : outer.properties?.[name];
    return required(inner as Schema | undefined, path);
  }, schema);
}

const article = z.toJSONSchema(ArticleSnapshot, { reused: 'inline' });
const blocks = required(at(article, 'body.[]').oneOf as Schema[] | undefined, 'kinds of blocks');
const block = (type: string): Schema =>
  required(
    blocks.find((one) => at(one, 'type').const === type),
    `block ${type}`,
  );

const lengthOf = (schema: Schema, path: string): number => required(at(schema, path).maxLength, path);
const countOf = (schema: Schema, path: string): number => required(at(schema, path).maxItems, path);

/** What the editorial API accepts, read from the contract of articles. Lengths in characters, counts in items. */
export const apiLimits = {
  bodyBytes: MAX_BODY_BYTES,
  /** Of `POST /v1/editorial/imports`. */
  sourceId: 300,
  kicker: lengthOf(article, 'kicker'),
  headline: lengthOf(article, 'headline'),
  lead: lengthOf(article, 'lead'),
  /** Of a section or topic; authors may have longer ones. */
  name: lengthOf(article, 'section.name'),
  run: lengthOf(block('paragraph'), 'runs.[].text'),
  /** Of a crosshead, an embed and the like. */
  title: lengthOf(block('crosshead'), 'text'),
  quote: lengthOf(block('quote'), 'text'),
  attribution: lengthOf(block('quote'), 'attribution'),
  alt: lengthOf(article, 'leadPicture.alt'),
  caption: lengthOf(article, 'leadPicture.caption'),
  credit: lengthOf(article, 'leadPicture.credit'),
  url: lengthOf(article, 'leadPicture.url'),
  authors: countOf(article, 'byline'),
  topics: countOf(article, 'topics'),
  blocks: countOf(article, 'body'),
  runs: countOf(block('paragraph'), 'runs'),
  items: countOf(block('list'), 'items'),
} as const;

/** Levels of nested HTML elements. The parser searches all open ones at each tag. */
export const MAX_HTML_DEPTH = 500;
