import { declaredRoutes } from './define-route.js';
import { openApiDocument } from './openapi.js';

/** The OpenAPI document of every declared route. Import the routes first. */
export const newsroomDocument = (): Record<string, unknown> =>
  openApiDocument(declaredRoutes(), {
    title: 'Newsroom',
    version: '1',
    description:
      'What client apps and the newsroom call at the gateway. Problems are RFC 9457 with a stable `code`; ids are UUIDs, times RFC 3339 in UTC.',
  });
