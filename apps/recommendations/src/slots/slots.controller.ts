import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { Slug } from '#events';
import { ForRoles } from '#http';
import { SlotRequest, slotResponse, type SlotResponse } from './slots.dto.js';
import { SlotsService } from './slots.service.js';

/** For the sales department. A slot always has a label. */
@Controller('editorial/slots')
@ForRoles('sales')
export class SlotsController {
  constructor(private readonly slots: SlotsService) {}

  @Get()
  async list(): Promise<SlotResponse[]> {
    return (await this.slots.list()).map(slotResponse);
  }

  @Put(':slug')
  async put(
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: SlotRequest }) request: SlotRequest,
  ): Promise<SlotResponse> {
    return slotResponse(await this.slots.put(slug, request));
  }

  @Delete(':slug')
  @HttpCode(204)
  async remove(@Param('slug', { schema: Slug }) slug: string): Promise<void> {
    await this.slots.remove(slug);
  }
}
