import type { EntityManager } from 'typeorm';
import { refuse } from '../problems.js';
import { lexemesOf, orParts, orWords } from './lexemes.js';
import { parse, wordsToLookUp, type Clause, type ParsedQuery } from './query.rules.js';
import type { Reading } from './search-cursor.js';
import { slipsOf, suggestionsFor, WORDS_AT_ONCE, type Suggestions } from './similar-words.js';
import { queryOf, type Lexemes, type Query } from './tsquery.rules.js';
import type { Stemmed } from './typos.rules.js';
import { knownStems, lookUp, type Words } from './vocabulary.js';

/** A reader's query with what the vocabulary knows of its words, and the ways to read it. */
export class SearchPlan {
  private constructor(
    private readonly tx: EntityManager,
    private readonly typed: ParsedQuery,
    private readonly words: Words,
    /** Stems that occur in articles. */
    private readonly known: ReadonlySet<string>,
    /** Ids of lists that every hit must be in. */
    private readonly lists: readonly string[],
    private readonly withCapitals: boolean,
  ) {}

  /** @throws Refused `search.empty` when the query has only stop words. */
  static async of(tx: EntityManager, q: string, lists: readonly string[]): Promise<SearchPlan> {
    const typed = parse(q);
    const words = await lookUp(tx, wordsToLookUp(typed));
    const known = await knownStems(
      tx,
      [...words.values()].flatMap(({ stem }) => stem ?? []),
    );
    for (const withCapitals of [false, true]) {
      const plan = new SearchPlan(tx, typed, words, known, lists, withCapitals);
      if (plan.clauses().length > 0) return plan;
    }
    throw refuse('search.empty');
  }

  /** The query in a reading. @returns undefined when there is no such reading. */
  async read(reading: Reading): Promise<Query | undefined> {
    if (reading === 'typed') return this.asTyped();
    const suggestions = await suggestionsFor(this.tx, this.doubtful());
    const isUseful = ({ words, parts }: Suggestions) =>
      (reading === 'similar' ? words.length : 0) + parts.length > 0;
    if (![...suggestions.values()].some(isUseful)) return undefined;
    return this.query((clause, lexemes) => {
      const { words, parts } = suggestions.get(formOf(clause)) ?? { words: [], parts: [] };
      return orParts(orWords(lexemes, words), parts, reading === 'similar' ? 'all' : 'any');
    });
  }

  /** An unknown form can be a typo even if its stem is known: "Zürch" is not a form of "Zürcher". */
  private async asTyped(): Promise<Query> {
    const odd = this.clauses()
      .filter((clause) => !clause.phrase && !this.isKnown(clause, 'form') && this.isKnown(clause, 'stem'))
      .map((clause) => this.stemmed(clause));
    const slips = await slipsOf(this.tx, odd.slice(0, WORDS_AT_ONCE));
    return this.query((clause, lexemes) => orWords(lexemes, slips.get(formOf(clause)) ?? []));
  }

  /** The words that no article has or, when articles have all of them, every word. */
  private doubtful(): Stemmed[] {
    const clauses = this.clauses().filter(({ phrase }) => !phrase);
    const unknown = clauses.filter((clause) => !this.isKnown(clause, 'stem'));
    return (unknown.length > 0 ? unknown : clauses)
      .slice(0, WORDS_AT_ONCE)
      .map((clause) => this.stemmed(clause));
  }

  private isKnown({ tokens, asOne }: Clause, how: 'form' | 'stem'): boolean {
    return [...(asOne ? [asOne] : tokens)].every(({ spelling }) => {
      const { known, stem } = this.words.get(spelling)!;
      return how === 'form' ? known : stem !== undefined && this.known.has(stem);
    });
  }

  private stemmed(clause: Clause): Stemmed {
    const { spelling, form } = clause.asOne ?? clause.tokens[0]!;
    return { form, stem: this.words.get(spelling)!.stem ?? form };
  }

  private clauses(): Clause[] {
    return this.typed.alternatives.flat().filter((clause) => this.lexemes(clause));
  }

  private lexemes(clause: Clause): Lexemes | undefined {
    return lexemesOf(clause, this.words, this.withCapitals);
  }

  private query(widen: (clause: Clause, lexemes: Lexemes) => Lexemes): Query {
    const alternatives = this.typed.alternatives.map((clauses) =>
      clauses.flatMap((clause) => {
        const lexemes = this.lexemes(clause);
        return lexemes ? [widen(clause, lexemes)] : [];
      }),
    );
    return queryOf(
      alternatives.filter((lexemes) => lexemes.length > 0),
      this.typed.excluded.flatMap((clause) => this.lexemes(clause) ?? []),
      this.lists,
    );
  }
}

const formOf = ({ asOne, tokens }: Clause): string => (asOne ?? tokens[0]!).form;
