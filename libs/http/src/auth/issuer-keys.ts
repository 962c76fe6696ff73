import { setTimeout } from 'node:timers/promises';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** Milliseconds. */
const within = {
  fetch: 3_000,
  /** Fetched keys are used for so long without asking again. */
  fresh: 10 * 60_000,
  /** While the issuer cannot be asked, the last good keys are used for so long. */
  kept: 24 * 60 * 60_000,
  /** What a request waits for newer keys while there are some that may be used. */
  patience: 500,
  /** Between two attempts to fetch, whatever came of the first. */
  pause: 10_000,
} as const;

/** The issuer's keys cannot be fetched, and there are none from before that may still be used. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** The public keys of a token issuer, fetched from its JSON Web Key Set and kept while it does not answer. */
export class IssuerKeys {
  /** Never fetches on its own: `reload` does, when the rules of this class say so. */
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;
  private fetchedAt = -Infinity;
  private attempt: { readonly at: number; readonly done: Promise<boolean> } | undefined;

  /** @param onFailure is called for each failed attempt, at most every ten seconds. */
  constructor(
    url: string,
    private readonly onFailure: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.remote = createRemoteJWKSet(new URL(url), {
      timeoutDuration: within.fetch,
      cacheMaxAge: Infinity,
      cooldownDuration: Infinity,
    });
  }

  /** @throws KeysUnavailable; JOSEError for a token that no key fits. */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (this.age() > within.fresh) await this.renew();
    if (this.age() > within.kept) throw new KeysUnavailable();
    try {
      return await this.remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.age() <= within.pause) throw error;
      // The issuer may have a new key; whether it has, only it knows.
      if (!(await this.fetch())) throw new KeysUnavailable();
      return this.remote(header, token);
    }
  };

  /** Waits no longer than `patience` for an issuer that hangs, unless there is nothing to go on with. */
  private async renew(): Promise<void> {
    const fetched = this.fetch();
    if (this.age() > within.kept) await fetched;
    else await Promise.race([fetched, setTimeout(within.patience, undefined, { ref: false })]);
  }

  private age(): number {
    return this.now() - this.fetchedAt;
  }

  /** Fetches the keys, together with whoever else wants them now. @returns whether the last attempt succeeded. */
  private fetch(): Promise<boolean> {
    if (!this.attempt || this.now() - this.attempt.at >= within.pause) {
      this.attempt = { at: this.now(), done: this.reload() };
    }
    return this.attempt.done;
  }

  private async reload(): Promise<boolean> {
    try {
      await this.remote.reload();
      this.fetchedAt = this.now();
      return true;
    } catch (error) {
      this.onFailure(error);
      return false;
    }
  }
}
