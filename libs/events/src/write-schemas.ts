import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventSchemas } from './json-schemas.js';
import './index.js';

/** Writes the schemas into `libs/events/schemas`, for the commit that changes a contract. */
for (const [type, schema] of Object.entries(eventSchemas())) {
  await writeFile(join('libs', 'events', 'schemas', `${type}.json`), `${JSON.stringify(schema, null, 2)}\n`);
}
