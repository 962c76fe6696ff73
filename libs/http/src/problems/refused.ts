/** A decision against a request: not a fault of ours, answered as a problem. */
export class Refused extends Error {
  override readonly name = 'Refused';

  /** Services declare their codes with `refusals`; only what another service has refused is built from its parts. */
  constructor(
    readonly code: string,
    readonly status: number,
    readonly title: string,
    /** Members of the problem. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${title}`);
  }
}
