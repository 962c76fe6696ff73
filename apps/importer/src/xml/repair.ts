import { Parser } from 'htmlparser2';

// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
/** CDATA sections, references, and bare ampersands. */
const REFERENCE = /<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|&(?:#x([\da-f]{1,8});|#(\d{1,8});|([a-z][a-z\d]*);)?/gi;
const xmlEntities = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);

export interface Repaired {
  readonly source: string;
  readonly notes: string[];
  readonly unknownEntity?: string;
}

/**
 * Repairs source so that XML 1.0 allows it, and keeps its lines. Removes forbidden characters (2.2), literal or as
 * references. Replaces HTML's named entities by numbers, and escapes bare ampersands. Entities that a file defines are
 * unknown, so that they can neither expand without bound nor read other files.
 */
export function repaired(source: string): Repaired {
  const notes = new Set<string>();
  const removed = (): string => {
    notes.add('control characters, removed');
    return '';
  };
  const allowed = source.replace(FORBIDDEN, removed);
  if (allowed.includes('\ufffd')) notes.add('characters that were lost earlier (U+FFFD)');
  let unknownEntity: string | undefined;
  /** The first half of a surrogate pair. */
  let high = 0;
  const text = allowed.replace(
    REFERENCE,
    (all, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      const before = high;
      high = 0;
      if (all.startsWith('<')) return all;
      if (name) {
        const known = xmlEntities.has(name) ? all : entityOf(name);
        unknownEntity ??= known ? undefined : name;
        return known ?? all;
      }
      if (!hex && !decimal) return '&amp;';
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      if (isBetween(code, 0xd800, 0xdbff)) {
        high = code;
        return '';
      }
      if (isBetween(code, 0xdc00, 0xdfff)) return before ? String.fromCharCode(before, code) : removed();
      if (isBetween(code, 0x80, 0x9f)) return decoded(all);
      return isAllowed(code) ? all : removed();
    },
  );
  return { source: text, notes: [...notes], ...(unknownEntity && { unknownEntity }) };
}

const isBetween = (code: number, least: number, most: number): boolean => code >= least && code <= most;

const isAllowed = (code: number): boolean =>
  [0x9, 0xa, 0xd].includes(code) || isBetween(code, 0x20, 0xfffd) || isBetween(code, 0x10000, 0x10ffff);

const entities = new Map<string, string>();

function entityOf(name: string): string | undefined {
  const known = entities.get(name);
  if (known) return known;
  const characters = decoded(`&${name};`);
  // If HTML recognizes only the start of the name, the rest stays.
  if (characters.endsWith(';')) return undefined;
  const references = Array.from(characters, (character) => `&#${character.codePointAt(0)};`).join('');
  entities.set(name, references);
  return references;
}

function decoded(html: string): string {
  let text = '';
  new Parser({ ontext: (more) => (text += more) }).end(html);
  return text;
}
