import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { withEncoding } from './encoding.js';
import { apiLimits } from './limits.js';
import { complaintsOf, type ImportedArticle, type ImportRequest, type Records } from './record.js';

const Line = z.looseObject({
  sourceId: z.string().min(1).max(apiLimits.sourceId),
  state: z.enum(['published', 'draft']).default('published'),
  publishedAt: z.string().optional(),
  terms: z.record(z.string(), z.unknown()).optional(),
});

/** JSON Lines: per line, an article in the format of the API, a `sourceId`, and optionally `publishedAt`, `state` and `terms`. */
export async function* jsonLines(file: AsyncIterable<Buffer>): Records {
  let line = 0;
  const { bytes: utf8 } = await withEncoding(file);
  for await (const bytes of linesOf(utf8)) {
    line++;
    if (bytes === undefined) yield { line, bad: `is longer than ${apiLimits.bodyBytes / 1024} kB` };
    else if (bytes.length > 0 && bytes.toString().trim() !== '') yield { line, ...recordOf(bytes) };
  }
}

function recordOf(bytes: Buffer): { request: ImportRequest; sourceId: string } | { bad: string } {
  if (!isUtf8(bytes)) return { bad: 'is not UTF-8' };
  let value: unknown;
  try {
    // The decoder skips a byte order mark, which some systems write before the first line.
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return { bad: `is not JSON: ${(error as Error).message.slice(0, 200)}` };
  }
  const parsed = Line.safeParse(value);
  if (!parsed.success) return { bad: complaintsOf(parsed.error) };
  const { sourceId, state, publishedAt, terms, ...article } = parsed.data;
  const request = {
    sourceId,
    state,
    ...(publishedAt !== undefined && { publishedAt }),
    ...(terms && { terms: terms as ImportRequest['terms'] }),
    article: article as ImportedArticle,
  };
  return { request, sourceId };
}

/** Lines without line ends. Yields undefined for a line that is too long, which is never in memory as a whole. */
async function* linesOf(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const line = (): Buffer | undefined => {
    const whole = length > apiLimits.bodyBytes ? undefined : Buffer.concat(parts);
    [parts, length] = [[], 0];
    return whole?.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
  };
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length <= apiLimits.bodyBytes) parts.push(part);
    else parts = [];
  };
  for await (const chunk of file) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      keep(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield line();
}
