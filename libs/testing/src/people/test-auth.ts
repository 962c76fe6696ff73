import { randomBytes } from 'node:crypto';
import { createSecrets, issueToken } from '#embedded';
import type { Role } from '#platform';

export interface TestAuth {
  /** The environment of a service that accepts the tokens below. */
  readonly env: { readonly AUTH_JWKS: string; readonly READER_KEY: string };
  token(...roles: Role[]): Promise<string>;
  /** The token of a reader with a subscription. */
  subscriberToken(): Promise<string>;
}

/** New keys for one test, and tokens signed with them. */
export async function testAuth(): Promise<TestAuth> {
  const { signingKey, jwks } = await createSecrets();
  return {
    env: { AUTH_JWKS: JSON.stringify(jwks), READER_KEY: randomBytes(32).toString('hex') },
    token: (...roles) => issueToken(signingKey, { subject: `test-${roles.join('-')}`, roles, hours: 1 }),
    subscriberToken: () =>
      issueToken(signingKey, { subject: 'test-subscriber', roles: ['reader'], subscriber: true, hours: 1 }),
  };
}
