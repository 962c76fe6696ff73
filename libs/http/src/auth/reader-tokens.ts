import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Knows readers who are not logged in: `<random id>.<signature>`, issued by the gateway as a cookie and forwarded to
 * the services, which check it themselves. Nothing about the person is in it.
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
   * A name for the reader that is stable within `scope` and reveals nothing outside it: who has the database can
   * neither act as the reader nor follow one reader from scope to scope. 43 characters.
   */
  pseudonym(readerId: string, scope: string): string {
    return createHmac('sha256', this.key).update(`pseudonym\n${scope}\n${readerId}`).digest('base64url');
  }

  private signatureOf(id: string): string {
    return createHmac('sha256', this.key).update(`reader\n${id}`).digest('base64url');
  }
}
