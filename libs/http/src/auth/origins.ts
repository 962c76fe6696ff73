/** The site's own address, and other origins whose pages may send changes. */
export interface Origins {
  readonly siteUrl: string;
  readonly allowedOrigins: readonly string[];
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Whether a page of this origin may send changes: the site's own origin, or an allowed one. The site's origin comes from
 * the configuration, because proxies rewrite the `Host` of a request. On a developer's machine the site has three names.
 */
export function isAllowedOrigin(origin: string, { siteUrl, allowedOrigins }: Origins): boolean {
  if (allowedOrigins.includes(origin)) return true;
  const site = new URL(siteUrl);
  if (origin === site.origin) return true;
  if (!LOOPBACK.includes(site.hostname) || !URL.canParse(origin)) return false;
  const { protocol, hostname, port } = new URL(origin);
  return LOOPBACK.includes(hostname) && protocol === site.protocol && port === site.port;
}
