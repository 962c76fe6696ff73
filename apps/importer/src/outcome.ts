import type { Note } from './record.js';
import type { ImportAnswer } from './send.js';

/** The outcome of one record. */
export type Outcome = {
  readonly line: number;
  readonly sourceId?: string;
  readonly title?: string;
} & (
  | {
      readonly outcome: 'imported' | 'known';
      readonly id: string;
      readonly state: string;
      readonly missing: ImportAnswer['missing'];
      readonly notes: readonly Note[];
    }
  | { readonly outcome: 'passed over'; readonly reason: string; readonly notes: readonly Note[] }
  | { readonly outcome: 'bad'; readonly reason: string }
);
