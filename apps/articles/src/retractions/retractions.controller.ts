import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ForAnyone } from '#http';
import { retractedLately, type RetractionsResponse } from './retractions.queries.js';

const RetractionsRequest = z.strictObject({
  /** The cursor of an earlier response. */
  after: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
});
type RetractionsRequest = z.infer<typeof RetractionsRequest>;

/** Retracted articles, for clients that must drop their copies. Each gateway polls several times per second. */
@Controller('retractions')
@ForAnyone()
export class RetractionsController {
  constructor(private readonly db: DataSource) {}

  @Get()
  list(@Query({ schema: RetractionsRequest }) { after }: RetractionsRequest): Promise<RetractionsResponse> {
    return retractedLately(this.db.manager, after);
  }
}
