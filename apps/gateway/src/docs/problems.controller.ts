import { Controller, Get, Param } from '@nestjs/common';
import { isProblemCode, problemCatalogue, type ProblemEntry } from '#api';
import { ForAnyone, Refused } from '#http';

/** The catalogue of problem codes; the `type` of a problem is the path of its entry. */
@Controller('problems')
@ForAnyone()
export class ProblemsController {
  @Get()
  list(): { items: ProblemEntry[] } {
    return { items: Object.keys(problemCatalogue).filter(isProblemCode).map(entryOf) };
  }

  @Get(':code')
  get(@Param('code') code: string): ProblemEntry {
    if (!isProblemCode(code)) throw new Refused('route.unknown', 404, 'There is nothing at this address.');
    return entryOf(code);
  }
}

function entryOf(code: keyof typeof problemCatalogue): ProblemEntry {
  const [status, title] = problemCatalogue[code];
  return { code, status, title };
}
