import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CurrentActor, ForRoles } from '#http';
import type { Actor } from '#platform';
import { importResponse, ImportRequest, type ImportResponse } from './imports.dto.js';
import { ImportsService } from './imports.service.js';

@Controller('editorial/imports')
@ForRoles('editor')
export class ImportsController {
  constructor(private readonly imports: ImportsService) {}

  @Post()
  @HttpCode(200)
  async import(
    @Body({ schema: ImportRequest }) request: ImportRequest,
    @CurrentActor() by: Actor,
  ): Promise<ImportResponse> {
    return importResponse(await this.imports.import(request, by));
  }
}
