const linkOf = (link: string, protocols: RegExp): string | undefined =>
  URL.canParse(link) && protocols.test(new URL(link).protocol) ? link : undefined;

/** A link in a text, unless it could run code: only web pages and mail addresses. */
export const safeLink = (link: string): string | undefined => linkOf(link, /^(https?|mailto):$/);

/** The URL of a picture or an outbound link, if it is http(s). */
export const webUrl = (url: string): string | undefined => linkOf(url, /^https?:$/);
