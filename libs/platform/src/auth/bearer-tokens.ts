import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import type { ServerConfig } from '../config/service-settings.js';
import { Refused } from '../http/problems.js';
import { roles, type Actor } from './audience.js';

const Claims = z.object({
  sub: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  // A role this build does not know gives no rights and does no harm.
  roles: z.array(z.string()).transform((names) => roles.filter((role) => names.includes(role))),
});

/** Verifies bearer tokens against the issuer's public keys: signature, issuer, audience, times. */
export class BearerTokens {
  private readonly keys: JWTVerifyGetKey | undefined;

  constructor(
    private readonly config: Pick<ServerConfig, 'authIssuer' | 'authAudience' | 'authJwksUrl' | 'authJwks'>,
  ) {
    if (config.authJwksUrl) {
      this.keys = createRemoteJWKSet(new URL(config.authJwksUrl), {
        timeoutDuration: 3_000,
        cooldownDuration: 10_000,
      });
    } else if (config.authJwks) {
      this.keys = createLocalJWKSet(config.authJwks as JSONWebKeySet);
    }
  }

  /** @throws Refused `auth.required` without a valid token, `auth.unavailable` when the keys cannot be fetched. */
  async verify(authorization: string | undefined): Promise<Actor> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token || !this.keys) throw required();
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.config.authIssuer,
        audience: this.config.authAudience,
        algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
      const { sub, name, roles: held } = Claims.parse(payload);
      return { id: sub, name: name ?? sub, roles: held };
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || error instanceof TypeError) {
        throw new Refused(
          'auth.unavailable',
          503,
          'The keys of the token issuer cannot be fetched at the moment.',
        );
      }
      throw required();
    }
  }
}

const required = () => new Refused('auth.required', 401, 'This needs a valid bearer token.');
