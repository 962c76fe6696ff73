import type { FastifyReply } from 'fastify';

const policy = [
  "default-src 'none'",
  'img-src * data:',
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** An SVG picture may have its own styles, but run no scripts and load nothing. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** No scripts, nothing from other sites except pictures, no framing. */
export const securityHeaders = (reply: FastifyReply): Record<string, string> => ({
  'content-security-policy': String(reply.getHeader('content-type')).startsWith('image/svg')
    ? picturePolicy
    : policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
});
