/** What the editorial API takes: the limits of the contracts in `libs/events` and of a body. */
export const apiLimits = {
  bodyBytes: 512 * 1024,
  // Characters.
  sourceId: 300,
  kicker: 60,
  headline: 160,
  lead: 600,
  name: 80,
  run: 5_000,
  title: 200,
  quote: 1_000,
  /** Also of alternative texts. */
  caption: 500,
  credit: 200,
  url: 2_000,
  // Items of a list.
  authors: 8,
  topics: 20,
  blocks: 300,
  runs: 200,
  items: 50,
} as const;

/** Levels of nested HTML elements; the parser looks through all open ones at each tag. */
export const MAX_HTML_DEPTH = 500;
