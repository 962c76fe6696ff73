import { isUtf8 } from 'node:buffer';

/** Bytes at the start of a file in which its encoding must be declared. */
const START = 1_024;

/** A file in a superset of ASCII, so that markup can be found before decoding. */
export interface EncodedFile {
  /** A label that `TextDecoder` knows. */
  readonly encoding: string;
  /** The declared encoding if it is unknown; the file is then read as UTF-8. */
  readonly unknownEncoding?: string;
  readonly bytes: AsyncIterable<Buffer>;
}

/** Detects the encoding by byte order mark (UTF-8, UTF-16) or XML declaration. Transcodes UTF-16 to UTF-8. */
export async function withEncoding(file: AsyncIterable<Buffer>): Promise<EncodedFile> {
  const { start, rest } = await peek(file, START);
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) {
    return { encoding: 'utf-8', bytes: after(3, start, rest) };
  }
  const utf16 = utf16Of(start);
  if (utf16) return { encoding: 'utf-8', bytes: transcoded(utf16, after(0, start, rest)) };
  const declared = declaredIn(start.toString('latin1', 0, START));
  const bytes = after(0, start, rest);
  // A declaration that is readable as ASCII is not UTF-16.
  if (!declared || /^utf-?(8|16)/i.test(declared)) return { encoding: 'utf-8', bytes };
  return isKnown(declared)
    ? { encoding: declared, bytes }
    : { encoding: 'utf-8', unknownEncoding: declared, bytes };
}

/** The first bytes of a file as text, to detect its format. */
export function startOf(bytes: Buffer): string {
  const utf16 = utf16Of(bytes);
  return (utf16 ? new TextDecoder(utf16).decode(bytes) : bytes.toString()).replace(/^\ufeff/, '').trimStart();
}

export interface Decoded {
  readonly text: string;
  /** What was wrong with the bytes, and how they were read. */
  readonly note?: string;
}

/** Decodes bytes as `encoding`, or as UTF-8 or windows-1252 if that is what they are. */
export function decode(bytes: Buffer, encoding: string): Decoded {
  if (encoding === 'utf-8') {
    if (isUtf8(bytes)) return { text: bytes.toString() };
    return { text: mixed(bytes), note: 'bytes that are not UTF-8, read as windows-1252' };
  }
  const isAscii = bytes.every((byte) => byte < 0x80);
  // Text in a single-byte encoding is hardly ever valid UTF-8.
  if (!isAscii && isUtf8(bytes)) {
    return { text: bytes.toString(), note: `UTF-8 in a file that declares ${encoding}` };
  }
  return { text: new TextDecoder(encoding).decode(bytes) };
}

const windows1252 = new TextDecoder('windows-1252');

/** Decodes valid sequences as UTF-8, and all other bytes as windows-1252. */
function mixed(bytes: Buffer): string {
  let text = '';
  let plainFrom = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString('utf8', plainFrom, at) + windows1252.decode(bytes.subarray(at, at + 1));
    plainFrom = ++at;
  }
  return text + bytes.toString('utf8', plainFrom);
}

/** Length in bytes of the UTF-8 sequence that starts here, or 0. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length ? length : 0;
}

function utf16Of(start: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [a, b] = start;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return 'utf-16be';
  return undefined;
}

const declaredIn = (start: string): string | undefined =>
  /<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];

function isKnown(label: string): boolean {
  try {
    return Boolean(new TextDecoder(label));
  } catch {
    return false;
  }
}

async function* transcoded(encoding: string, file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of file) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** The first bytes of a file, at least `least` if it has as many, and an iterator over the rest. */
async function peek(
  file: AsyncIterable<Buffer>,
  least: number,
): Promise<{ start: Buffer; rest: AsyncIterator<Buffer> }> {
  const rest = file[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let length = 0; length < least;) {
    const { value, done } = await rest.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  return { start: Buffer.concat(chunks), rest };
}

async function* after(skip: number, start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield start.subarray(skip);
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}
