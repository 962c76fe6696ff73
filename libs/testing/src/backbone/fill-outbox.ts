import { articleUpdated } from '#events';
import { anArticleSnapshot, anEncodedEvent } from '../builders/builders.js';
import type { TestDatabase } from '../services/test-database.js';

export interface OutboxEvent {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

export interface OutboxFilling {
  readonly count: number;
  /** The events are about these items, in turn. */
  readonly items: readonly string[];
  /** Approximate size of a value. */
  readonly bytes?: number;
}

/** The statement below replaces this id with that of each item. */
const TEMPLATE_ID = '00000000-0000-7000-8000-000000000000';
/** Characters that fit into one paragraph. */
const PARAGRAPH = 5_000;

/**
 * Adds events to the outbox of the writer, with the versions that come next, as its API would, but a thousand times
 * faster. Its tables must exist.
 */
export async function fillOutbox(
  writerDb: TestDatabase,
  { count, items, bytes = 800 }: OutboxFilling,
): Promise<OutboxEvent[]> {
  const { value, headers } = anEncodedEvent(articleUpdated, {
    subject: TEMPLATE_ID,
    source: '/newsroom/writer',
    data: { version: 1, article: anArticleSnapshot({ id: TEMPLATE_ID, body: bodyOf(bytes - 700) }) },
  });
  const base64 = Object.entries(headers).map(([name, text]) => [name, text.toString('base64')]);
  await writerDb.query(
    `INSERT INTO item SELECT id::uuid, 0 FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING`,
    [items],
  );
  const rows = await writerDb.query<OutboxEvent>(
    `INSERT INTO outbox (topic, key, headers, value)
     SELECT 'newsroom.articles', item.id::text,
       ($1::jsonb || jsonb_build_object('ce_id', encode(convert_to(gen_random_uuid()::text, 'UTF8'), 'base64'),
         'ce_subject', encode(convert_to(item.id::text, 'UTF8'), 'base64')))::json,
       replace(replace($2, $3, item.id::text), '"version":1,', '"version":' || (item.version + n / cardinality($5::text[]) + 1) || ',')
     FROM generate_series(0, $4::int - 1) AS n JOIN item ON item.id = ($5::text[])[n % cardinality($5::text[]) + 1]::uuid
     ORDER BY n RETURNING key, value, headers`,
    [JSON.stringify(Object.fromEntries(base64)), String(value), TEMPLATE_ID, count, items],
  );
  await writerDb.query(
    `UPDATE item SET version = version + added FROM (
       SELECT key::uuid AS id, count(*) AS added FROM unnest($1::text[]) AS key GROUP BY 1) AS counted
     WHERE item.id = counted.id`,
    [rows.map(({ key }) => key)],
  );
  return rows;
}

function bodyOf(bytes: number) {
  const words = 'Seewilen '.repeat(Math.max(1, Math.round(bytes / 9)));
  return Array.from({ length: Math.ceil(words.length / PARAGRAPH) }, (_, i) => ({
    type: 'paragraph' as const,
    runs: [{ text: words.slice(i * PARAGRAPH, (i + 1) * PARAGRAPH) }],
  }));
}
