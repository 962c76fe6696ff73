/** The roles of newsroom staff. */
export const staffRoles = ['author', 'editor', 'moderator', 'sales', 'operator'] as const;
/** A `reader` has an account on the site, which gives no rights in the newsroom. */
export const allRoles = [...staffRoles, 'reader'] as const;
export type Role = (typeof allRoles)[number];

/** Who is acting, from a verified credential such as a bearer token. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** True for a reader with a subscription. */
  readonly isSubscriber: boolean;
}

/** The caller as the audience of the route has recognized it. */
export interface Caller {
  /** Set when the caller has sent a valid credential. */
  readonly actor?: Actor;
  /** The id of a reader without an account, from the token that the gateway issued. */
  readonly readerId?: string;
}
