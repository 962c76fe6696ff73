import { z } from 'zod';
import { schemaId } from './cloud-events.js';
import { eventContracts } from './define-event.js';

/**
 * The JSON Schema (draft 2020-12) of each event type's data, by type. Other teams' consumers validate with these:
 * unknown fields are allowed, since optional ones may be added at any time.
 */
export function eventSchemas(): Record<string, object> {
  return Object.fromEntries(
    eventContracts().map(({ type, topic, summary, data }) => [
      type,
      {
        $id: schemaId(type),
        title: type,
        description: `${summary} Topic: ${topic}.`,
        ...z.toJSONSchema(data, { io: 'input', reused: 'inline' }),
      },
    ]),
  );
}
