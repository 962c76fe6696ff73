import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import type { Role } from '#platform';

/** The keys of a newsroom that issues its own tokens, as the embedded one and a first deployment do. */
export interface Secrets {
  readonly readerKey: string;
  /** Private; whoever has it can issue tokens. */
  readonly signingKey: JWK;
  /** Public; what services verify tokens with. */
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
  /** Of a reader: whether they may read what is for subscribers. */
  readonly subscriber?: boolean;
  /** Hours until it expires. */
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
