import { randomBytes } from 'node:crypto';
import { createSecrets, issueToken } from '#embedded';
import type { Role } from '#platform';

export interface TestAuth {
  /** The environment of a service that trusts the tokens below. */
  readonly env: { readonly AUTH_JWKS: string; readonly READER_KEY: string };
  token(...roles: Role[]): Promise<string>;
  /** Of a reader who may read what is for subscribers. */
  subscriberToken(): Promise<string>;
}

/** Keys of one test and tokens signed with them. */
export async function testAuth(): Promise<TestAuth> {
  const { signingKey, jwks } = await createSecrets();
  return {
    env: { AUTH_JWKS: JSON.stringify(jwks), READER_KEY: randomBytes(32).toString('hex') },
    token: (...roles) => issueToken(signingKey, { subject: `test-${roles.join('-')}`, roles, hours: 1 }),
    subscriberToken: () =>
      issueToken(signingKey, { subject: 'test-subscriber', roles: ['reader'], subscriber: true, hours: 1 }),
  };
}
