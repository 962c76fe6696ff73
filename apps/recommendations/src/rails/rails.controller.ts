import { Controller, Get, Param } from '@nestjs/common';
import { Id } from '#events';
import { ForAnyone } from '#http';
import { Rails } from './rails.js';
import type { Rail } from './rails.rules.js';

@Controller('articles/:articleId/rails')
@ForAnyone()
export class RailsController {
  constructor(private readonly rails: Rails) {}

  @Get()
  async get(@Param('articleId', { schema: Id }) articleId: string): Promise<{ rails: Rail[] }> {
    return { rails: await this.rails.of(articleId) };
  }
}
