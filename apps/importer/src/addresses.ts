import { apiLimits } from './limits.js';

/** A link that articles may contain: http, https or mailto. @param base URL of the page, for relative links. */
export function linkOf(href: string | undefined, base?: string): string | undefined {
  const link = href?.trim() ?? '';
  if (link === '' || link.startsWith('#') || link.length > apiLimits.url) return undefined;
  const absolute = URL.canParse(link) ? link : resolved(link, base);
  if (!absolute || absolute.length > apiLimits.url) return undefined;
  return /^(https?|mailto):$/.test(new URL(absolute).protocol) ? absolute : undefined;
}

export function webUrlOf(href: string | undefined, base?: string): string | undefined {
  const link = linkOf(href, base);
  return link?.startsWith('mailto:') ? undefined : link;
}

/** `//pictures.example/a.jpg` lacks only its protocol, so it needs no base. */
function resolved(link: string, base: string | undefined): string | undefined {
  const from = base ?? (link.startsWith('//') ? 'https://host.invalid' : undefined);
  return from && URL.canParse(link, from) ? new URL(link, from).href : undefined;
}

/** The same key for an address with http or https, with or without a query. */
export const pictureKey = (url: string): string => url.replace(/^https?:/i, '').replace(/[?#].*$/s, '');
