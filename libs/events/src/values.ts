import { z } from 'zod';

/** Values that several event families share. Ids are uuidv7, times RFC 3339 in UTC. */
export const Id = z.uuid();
export const Time = z.iso.datetime();
export const Slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .max(120);

/** Versions and revs count from 1; a consumer ignores anything older than what it has stored. */
export const Version = z.int().positive();
export const Count = z.int().nonnegative();

/** A link that readers may follow: http, https or mailto, never a script. */
export const Link = z.url({ protocol: /^(https?|mailto)$/ }).max(2_000);
export const WebUrl = z.url({ protocol: /^https?$/ }).max(2_000);
