import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Tokens of readers who are not logged in: `<random id>.<signature>`. The gateway issues them as a cookie and forwards
 * them to the services, which verify them themselves. A token contains no personal data.
 */
export class ReaderTokens {
  constructor(private readonly key: string) {}

  issue(): string {
    const id = randomBytes(16).toString('base64url');
    return `${id}.${this.signatureOf(id)}`;
  }

  /** @returns the reader's id, or undefined for a token that was not issued with this key. */
  verify(token: string): string | undefined {
    const [id, signature, ...rest] = token.split('.');
    if (!id || !signature || rest.length > 0 || id.length > 64) return undefined;
    const expected = Buffer.from(this.signatureOf(id));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given) ? id : undefined;
  }

  /**
   * A name for the reader that is stable within `scope` and reveals nothing outside it: someone with access to the
   * database can neither act as the reader nor recognize the reader in another scope. 43 characters.
   */
  pseudonym(readerId: string, scope: string): string {
    return createHmac('sha256', this.key).update(`pseudonym\n${scope}\n${readerId}`).digest('base64url');
  }

  private signatureOf(id: string): string {
    return createHmac('sha256', this.key).update(`reader\n${id}`).digest('base64url');
  }
}
