import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { allRoles, type Actor, type ClaimPath, type Role } from '#platform';

const claimAt = (payload: JWTPayload, path: ClaimPath): unknown =>
  path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    payload,
  );

// Both are stored in audit logs, and Postgres stores no U+0000.
const Name = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u);
const Identity = z.object({ sub: Name, name: Name.optional() });

/**
 * The actor that a verified token names. A role that this build does not know is ignored.
 * @throws ZodError for a `sub` or `name` that is empty, longer than 200 characters or has control characters.
 */
export function actorOf(
  payload: JWTPayload,
  claims: { readonly roles: ClaimPath; readonly subscriber: ClaimPath },
): Actor {
  const { sub, name = sub } = Identity.parse(payload);
  const held = rolesIn(claimAt(payload, claims.roles));
  const isSubscriber = held.includes('reader') && claimAt(payload, claims.subscriber) === true;
  return { id: sub, name, roles: held, isSubscriber };
}

/** Reads a list, or one string with spaces between the names. */
function rolesIn(claim: unknown): Role[] {
  const names: unknown = typeof claim === 'string' ? claim.split(' ') : claim;
  return Array.isArray(names) ? allRoles.filter((role) => names.includes(role)) : [];
}
