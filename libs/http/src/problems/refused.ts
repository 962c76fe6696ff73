/** A refused request: not a failure of the service. It is answered with a problem. */
export class Refused extends Error {
  override readonly name = 'Refused';

  /** Use `refusals` instead; only a refusal by another service is built from its parts. */
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
