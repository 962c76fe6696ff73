import { z } from 'zod';

export const AuditRequest = z.strictObject({
  /** The id of the last entry seen. */
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type AuditRequest = z.infer<typeof AuditRequest>;
