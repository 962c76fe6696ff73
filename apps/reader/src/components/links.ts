const linkOf = (link: string, protocols: RegExp): string | undefined =>
  URL.canParse(link) && protocols.test(new URL(link).protocol) ? link : undefined;

/** A link in a text, if it leads to a page or a mail address and runs no code. */
export const safeLink = (link: string): string | undefined => linkOf(link, /^(https?|mailto):$/);

/** The address of a picture or a sold link, if it is on the web. */
export const webUrl = (url: string): string | undefined => linkOf(url, /^https?:$/);
