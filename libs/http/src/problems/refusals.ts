import { commonProblems, type CommonCode, type ProblemTable } from './common-problems.js';
import { Refused } from './refused.js';

const declared = new Set<string>(Object.keys(commonProblems));

/**
 * Declares the problem codes of a service. Returns the function that makes refusals with these codes and the common
 * ones: `throw refuse('article.not-published', { state })`. Details become members of the problem.
 * @throws Error when a code is already declared: clients rely on a single meaning.
 */
export function refusals<const Own extends ProblemTable>(own: Own) {
  for (const code of Object.keys(own)) {
    if (declared.has(code)) throw new Error(`The problem code ${code} is declared twice.`);
    declared.add(code);
  }
  const problems: ProblemTable = { ...commonProblems, ...own };
  return (code: (keyof Own & string) | CommonCode, details?: Readonly<Record<string, unknown>>): Refused => {
    const [status, title] = problems[code]!;
    return new Refused(code, status, title, details);
  };
}

/** Refuses with one of the common codes. */
export const refuse = refusals({});

/** Every code that was declared in this process. */
export const declaredCodes = (): ReadonlySet<string> => declared;
