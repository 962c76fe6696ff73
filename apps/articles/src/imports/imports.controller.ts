import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { By, ForRoles, type Actor } from '#http';
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
    @By() by: Actor,
  ): Promise<ImportResponse> {
    return importResponse(await this.imports.import(request, by));
  }
}
