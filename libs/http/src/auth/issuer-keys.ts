import { setTimeout } from 'node:timers/promises';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** Milliseconds. */
const limits = {
  /** Deadline of one fetch. */
  fetch: 3_000,
  /** Age up to which fetched keys are used without a new fetch. */
  fresh: 10 * 60_000,
  /** Age up to which the last good keys are used while the issuer is unavailable. */
  kept: 24 * 60 * 60_000,
  /** How long a request waits for newer keys while it could use the old ones. */
  patience: 500,
  /** Time between two fetches, even after a failure. */
  pause: 10_000,
} as const;

/** The issuer's keys cannot be fetched, and no earlier ones are recent enough to be used. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** The public keys of a token issuer, fetched from its JSON Web Key Set and kept while it is unavailable. */
export class IssuerKeys {
  /** Never fetches on its own; this class decides when it reloads. */
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;
  private fetchedAt = -Infinity;
  private attempt: { readonly at: number; readonly done: Promise<boolean> } | undefined;

  /** @param onFailure is called for each failed fetch, at most every ten seconds. */
  constructor(
    url: string,
    private readonly onFailure: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.remote = createRemoteJWKSet(new URL(url), {
      timeoutDuration: limits.fetch,
      cacheMaxAge: Infinity,
      cooldownDuration: Infinity,
    });
  }

  /** @throws KeysUnavailable; JOSEError for a token that was signed with none of the keys. */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (this.age() > limits.fresh) await this.renew();
    if (this.age() > limits.kept) throw new KeysUnavailable();
    try {
      return await this.remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.age() <= limits.pause) throw error;
      // The issuer may have a new key.
      if (!(await this.fetch())) throw new KeysUnavailable();
      return this.remote(header, token);
    }
  };

  /** Waits no longer than `patience` for an issuer that hangs, unless the old keys must not be used any more. */
  private async renew(): Promise<void> {
    const fetched = this.fetch();
    if (this.age() > limits.kept) await fetched;
    else await Promise.race([fetched, setTimeout(limits.patience, undefined, { ref: false })]);
  }

  private age(): number {
    return this.now() - this.fetchedAt;
  }

  /** Fetches the keys once for all callers that need them now. @returns whether the last fetch succeeded. */
  private fetch(): Promise<boolean> {
    if (!this.attempt || this.now() - this.attempt.at >= limits.pause) {
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
