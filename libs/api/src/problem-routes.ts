import { z } from 'zod';
import { defineRoute } from './define-route.js';
import { ProblemEntry } from './problems.js';

export const listProblems = defineRoute({
  method: 'GET',
  path: '/problems',
  summary: 'Every problem code.',
  audience: ['anyone'],
  response: z.object({ items: z.array(ProblemEntry) }),
});

export const getProblem = defineRoute({
  method: 'GET',
  path: '/problems/{code}',
  summary: 'What a problem code means. The `type` of a problem is this path.',
  audience: ['anyone'],
  params: z.object({ code: z.string() }),
  response: ProblemEntry,
  problems: ['route.unknown'],
});
