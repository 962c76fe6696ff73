import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import type { Role } from '#platform';

/** The keys of a newsroom that issues its own tokens, such as the embedded one or a first deployment. */
export interface Secrets {
  readonly readerKey: string;
  /** Private: its owner can issue tokens. */
  readonly signingKey: JWK;
  /** Public: services verify tokens with it. */
  readonly jwks: { readonly keys: JWK[] };
}

export async function createSecrets(): Promise<Secrets> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  return {
    readerKey: randomBytes(32).toString('base64url'),
    signingKey: { ...(await exportJWK(privateKey)), alg: 'EdDSA', kid },
    jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA', use: 'sig', kid }] },
  };
}

export interface TokenRequest {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** For readers: whether they subscribe. */
  readonly subscriber?: boolean;
  /** Hours until the token expires. */
  readonly hours: number;
  readonly issuer?: string;
  readonly audience?: string;
}

/** A bearer token for a member of the newsroom, or for a reader with an account. */
export async function issueToken(signingKey: JWK, request: TokenRequest): Promise<string> {
  const { subject, roles, subscriber, hours, issuer = 'newsroom', audience = 'newsroom' } = request;
  return new SignJWT({ name: subject, roles, ...(subscriber && { subscriber }) })
    .setProtectedHeader({ alg: 'EdDSA', kid: signingKey.kid })
    .setSubject(subject)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${hours}h`)
    .sign(await importJWK(signingKey, 'EdDSA'));
}
