import type { EntityManager } from 'typeorm';
import { refuse } from '../problems.js';
import {
  parse,
  queryOf,
  wordsToLookUp,
  type Query,
  type Typed,
  type Wanted,
  type Wish,
} from './query.rules.js';
import type { Reading } from './search-cursor.js';
import { meantBy, slipsOf, WORDS_AT_ONCE, type Meant } from './similar-words.js';
import type { Stemmed } from './typos.rules.js';
import { knownStems, lookUp, type Words } from './vocabulary.js';
import { orParts, orWords, wantedOf } from './wanted.js';

/** What a reader typed, with what is known of its words, and the ways to read it. */
export class SearchPlan {
  private constructor(
    private readonly tx: EntityManager,
    private readonly typed: Typed,
    private readonly words: Words,
    /** Stems of these words that articles have. */
    private readonly known: ReadonlySet<string>,
    /** Ids of lists that every hit must be in. */
    private readonly lists: readonly string[],
    private readonly withCapitals: boolean,
  ) {}

  /** @throws Refused `search.empty` when no word is left that could be searched for. */
  static async of(tx: EntityManager, q: string, lists: readonly string[]): Promise<SearchPlan> {
    const typed = parse(q);
    const words = await lookUp(tx, wordsToLookUp(typed));
    const known = await knownStems(
      tx,
      [...words.values()].flatMap(({ stem }) => stem ?? []),
    );
    for (const withCapitals of [false, true]) {
      const plan = new SearchPlan(tx, typed, words, known, lists, withCapitals);
      if (plan.wishes().length > 0) return plan;
    }
    throw refuse('search.empty');
  }

  /** The query in a reading. @returns undefined when there is no such reading. */
  async read(reading: Reading): Promise<Query | undefined> {
    if (reading === 'typed') return this.asTyped();
    const meant = await meantBy(this.tx, this.doubtful());
    const isUseful = ({ words, parts }: Meant) =>
      (reading === 'similar' ? words.length : 0) + parts.length > 0;
    if (![...meant.values()].some(isUseful)) return undefined;
    return this.query((wish, wanted) => {
      const { words, parts } = meant.get(formOf(wish)) ?? { words: [], parts: [] };
      return orParts(orWords(wanted, words), parts, reading === 'similar' ? 'all' : 'any');
    });
  }

  /** A form that no article has of a word that some have may be a slip, too: «Zürch» is no form of «Zürcher». */
  private async asTyped(): Promise<Query> {
    const odd = this.wishes()
      .filter((wish) => !wish.phrase && !this.isKnown(wish, 'form') && this.isKnown(wish, 'stem'))
      .map((wish) => this.stemmed(wish));
    const slips = await slipsOf(this.tx, odd.slice(0, WORDS_AT_ONCE));
    return this.query((wish, wanted) => orWords(wanted, slips.get(formOf(wish)) ?? []));
  }

  /** The words that no article has; when there are none, all of them. */
  private doubtful(): Stemmed[] {
    const wishes = this.wishes().filter(({ phrase }) => !phrase);
    const unknown = wishes.filter((wish) => !this.isKnown(wish, 'stem'));
    return (unknown.length > 0 ? unknown : wishes).slice(0, WORDS_AT_ONCE).map((wish) => this.stemmed(wish));
  }

  private isKnown({ tokens, asOne }: Wish, how: 'form' | 'stem'): boolean {
    return [...(asOne ? [asOne] : tokens)].every(({ spelling }) => {
      const { known, stem } = this.words.get(spelling)!;
      return how === 'form' ? known : stem !== undefined && this.known.has(stem);
    });
  }

  private stemmed(wish: Wish): Stemmed {
    const { spelling, form } = wish.asOne ?? wish.tokens[0]!;
    return { form, stem: this.words.get(spelling)!.stem ?? form };
  }

  private wishes(): Wish[] {
    return this.typed.alternatives.flat().filter((wish) => this.wanted(wish));
  }

  private wanted(wish: Wish): Wanted | undefined {
    return wantedOf(wish, this.words, this.withCapitals);
  }

  private query(widen: (wish: Wish, wanted: Wanted) => Wanted): Query {
    const alternatives = this.typed.alternatives.map((wishes) =>
      wishes.flatMap((wish) => {
        const wanted = this.wanted(wish);
        return wanted ? [widen(wish, wanted)] : [];
      }),
    );
    return queryOf(
      alternatives.filter((wanted) => wanted.length > 0),
      this.typed.excluded.flatMap((wish) => this.wanted(wish) ?? []),
      this.lists,
    );
  }
}

const formOf = ({ asOne, tokens }: Wish): string => (asOne ?? tokens[0]!).form;
