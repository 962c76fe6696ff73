import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { z } from 'zod';
import { Picture, Slug, WebUrl } from '#events';
import { ForRoles, sanitized } from '#http';
import { railKinds } from './rail-kind.js';
import type { Slot } from './slot.entity.js';
import { Slots } from './slots.service.js';

const SlotRequest = sanitized(
  z.strictObject({
    rail: z.enum(railKinds),
    position: z.int().min(1).max(4),
    section: Slug.optional(),
    label: z.enum(['paid', 'partner']),
    sponsor: z.string().trim().min(1).max(80),
    kicker: z.string().trim().min(1).max(60),
    headline: z.string().trim().min(1).max(160),
    picture: z.strictObject(Picture.shape),
    url: WebUrl,
  }),
);
type SlotRequest = z.infer<typeof SlotRequest>;

/** What the sales department books. A slot cannot be without its label. */
@Controller('editorial/slots')
@ForRoles('sales')
export class SlotsController {
  constructor(private readonly slots: Slots) {}

  @Get()
  list(): Promise<Slot[]> {
    return this.slots.list();
  }

  @Put(':slug')
  put(
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: SlotRequest }) slot: SlotRequest,
  ): Promise<Slot> {
    return this.slots.put({ slug, ...slot, section: slot.section ?? null });
  }

  @Delete(':slug')
  @HttpCode(204)
  async remove(@Param('slug', { schema: Slug }) slug: string): Promise<void> {
    await this.slots.remove(slug);
  }
}
