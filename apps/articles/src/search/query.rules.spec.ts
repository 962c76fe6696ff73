import { describe, expect, it } from '@jest/globals';
import { parse, pluralsOf, type Clause } from './query.rules.js';

const shown = ({ tokens, phrase, asOne }: Clause): string => {
  const words = tokens.map(({ form }) => form).join(' ');
  return `${phrase ? `"${words}"` : words}${asOne ? `=${asOne.form}` : ''}`;
};
const parsed = (typed: string) => {
  const { alternatives, excluded } = parse(typed);
  return { clauses: alternatives.map((clauses) => clauses.map(shown)), excluded: excluded.map(shown) };
};

describe('a query', () => {
  it.each([
    ['words', 'Velo Bahn', [['velo', 'bahn']]],
    ['a phrase', '"Velo Bahn" Zug', [['"velo bahn"', 'zug']]],
    ['guillemets, either way round', '«Velo Bahn» »Zug fährt«', [['"velo bahn"', '"zug fahrt"']]],
    ['German quotation marks', '„Velo Bahn“', [['"velo bahn"']]],
    ['an unclosed quotation mark', '"Velo Bahn', [['velo', 'bahn']]],
    ['or, and oder', 'Velo or Bahn ODER Zug', [['velo'], ['bahn'], ['zug']]],
    ['or at the start and the end', 'oder Velo or', [['velo']]],
    ['attached words', 'E-Bike', [['e bike=ebike']]],
    ['letters and digits', 'A1', [['a 1=a1']]],
    ['a dash between words', 'Velo - Bahn', [['velo', 'bahn']]],
    ['operators of PostgreSQL', "a & b | !c <-> d:* '", [['a', 'b', 'c', 'd']]],
  ])('can contain %s: %s', (_what, typed, clauses) => {
    expect(parsed(typed)).toEqual({ clauses, excluded: [] });
  });

  it('can exclude words and phrases', () => {
    expect(parsed('Velo -Bahn -"kalter Zug"')).toEqual({
      clauses: [['velo']],
      excluded: ['bahn', '"kalter zug"'],
    });
    expect(parsed('-Bahn')).toEqual({ clauses: [], excluded: ['bahn'] });
  });

  it('is also read with neighbouring words joined', () => {
    const [clauses] = parse('covid 19 test').alternatives;
    expect(clauses!.map(({ withNext }) => withNext.map(({ form }) => form))).toEqual([
      ['covid19'],
      ['covid19', '19test'],
      ['19test'],
    ]);
  });

  it('has at most forty words', () => {
    expect(parse('a '.repeat(100)).alternatives[0]).toHaveLength(40);
  });

  it.each([
    ['auto', 'autos'],
    ['autos', 'auto'],
    ['museum', 'museen'],
    ['museen', 'museum'],
    ['firma', 'firmen'],
    ['konto', 'konten'],
  ])('for %s also finds %s', (form, other) => {
    expect(pluralsOf(form)).toContain(other);
  });
});
