import { Controller, Get, NotFoundException, UseFilters } from '@nestjs/common';
import { ForAnyone } from '#http';
import { ErrorPageFilter } from './error-page.filter.js';

/** Handles every address that no other controller handles. */
@Controller()
@ForAnyone()
@UseFilters(ErrorPageFilter)
export class NotFoundController {
  @Get('*')
  get(): never {
    throw new NotFoundException();
  }
}
