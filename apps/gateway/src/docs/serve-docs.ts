import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { newsroomDocument } from '#api';
import { cacheable, sendCacheable } from '../http/cacheable.js';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the OpenAPI document at `/v1/openapi.json`, and Swagger UI at `/docs`. */
export async function serveDocs(server: FastifyInstance): Promise<void> {
  const document = newsroomDocument();
  const answer = cacheable(document, ['docs']);
  server.get('/v1/openapi.json', (request, reply) => sendCacheable(request, reply, answer));
  await server.register(swagger, {
    mode: 'static',
    specification: { document } as unknown as StaticDocumentSpec,
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    // Do not send the document to an external validator.
    uiConfig: { docExpansion: 'none', url: '/v1/openapi.json', validatorUrl: null },
  });
}
