import { createLocalJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Actor, Logger, ServerConfig } from '#platform';
import { refuse } from '../problems/refusals.js';
import { actorOf } from './claims.js';
import { IssuerKeys, KeysUnavailable } from './issuer-keys.js';

type TokenConfig = Pick<
  ServerConfig,
  'authIssuer' | 'authAudience' | 'authRolesClaim' | 'authSubscriberClaim'
> &
  Partial<Pick<ServerConfig, 'authKeys'>>;

/** Seconds after which a caller whose token could not be verified may retry. */
const RETRY_AFTER = 10;

/** Verifies bearer tokens against the issuer's public keys: signature, issuer, audience, times. */
export class BearerTokens {
  private readonly keyFor: JWTVerifyGetKey | undefined;

  constructor(
    private readonly config: TokenConfig,
    private readonly log: Logger,
  ) {
    const { authKeys } = config;
    if (typeof authKeys === 'string') {
      const onFailure = (err: unknown) => log.warn({ err }, 'the keys of the token issuer cannot be fetched');
      this.keyFor = new IssuerKeys(authKeys, onFailure).keyFor;
    } else if (authKeys) {
      this.keyFor = createLocalJWKSet(authKeys);
    }
  }

  /** @throws Refused `auth.required` without a valid token, `auth.unavailable` when the keys cannot be fetched. */
  async verify(authorization: string | undefined): Promise<Actor> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw refuse('auth.required');
    if (!this.keyFor) {
      this.log.warn('no token can be verified: neither AUTH_JWKS_URL nor AUTH_JWKS is set');
      throw refuse('auth.required');
    }
    const { authIssuer, authAudience, authRolesClaim, authSubscriberClaim } = this.config;
    try {
      const { payload } = await jwtVerify(token, this.keyFor, {
        issuer: authIssuer,
        audience: authAudience,
        algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
      return actorOf(payload, { roles: authRolesClaim, subscriber: authSubscriberClaim });
    } catch (error) {
      if (error instanceof KeysUnavailable) throw refuse('auth.unavailable', { retryAfter: RETRY_AFTER });
      throw refuse('auth.required');
    }
  }
}
