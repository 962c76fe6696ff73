import type { FastifyReply } from 'fastify';

const policy = [
  "default-src 'none'",
  'img-src * data:',
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A drawn picture may carry its own styles and nothing that runs or loads. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** No scripts at all, nothing from elsewhere but pictures, no framing. */
export const securityHeaders = (reply: FastifyReply): Record<string, string> => ({
  'content-security-policy': String(reply.getHeader('content-type')).startsWith('image/svg')
    ? picturePolicy
    : policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
});
