import { declaredRoutes } from './define-route.js';
import { openApiDocument } from './openapi.js';

/** The OpenAPI document of every declared route. Import the routes first. */
export const newsroomDocument = (): Record<string, unknown> =>
  openApiDocument(declaredRoutes(), {
    title: 'Newsroom',
    version: '1',
    description:
      'The routes of the gateway for client apps and newsroom staff. Problems follow RFC 9457 and have a stable `code`; ids are UUIDs, times RFC 3339 in UTC.',
  });
