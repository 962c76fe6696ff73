import { z } from 'zod';
import { Picture, Slug, WebUrl } from '#events';
import { sanitized } from '#http';
import { railKinds, type RailKind } from './rail-kind.js';
import type { Slot } from './slot.entity.js';

export const SlotRequest = sanitized(
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
export type SlotRequest = z.infer<typeof SlotRequest>;

export interface SlotResponse {
  readonly id: string;
  readonly slug: string;
  readonly rail: RailKind;
  readonly position: number;
  /** Null for a slot on all pages. */
  readonly section: string | null;
  readonly label: 'paid' | 'partner';
  readonly sponsor: string;
  readonly kicker: string;
  readonly headline: string;
  readonly picture: Picture;
  readonly url: string;
}

export const slotResponse = (slot: Slot): SlotResponse => ({
  id: slot.id,
  slug: slot.slug,
  rail: slot.rail,
  position: slot.position,
  section: slot.section,
  label: slot.label,
  sponsor: slot.sponsor,
  kicker: slot.kicker,
  headline: slot.headline,
  picture: slot.picture,
  url: slot.url,
});
