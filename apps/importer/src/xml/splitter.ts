import type { Header } from './header.js';

/** Maximum bytes of an element; a larger one is not a record. */
const LARGEST = 16 * 1024 * 1024;
/** Maximum bytes of a tag. */
const LONGEST_TAG = 64 * 1024;
/** Bytes of a broken element that are kept, to identify it. */
const KEPT = 64 * 1024;

/** The source of an element, or of a part of it. */
export interface Piece {
  readonly name: string;
  readonly line: number;
  /** One character per byte. */
  readonly source: string;
  /** Why it is incomplete. */
  readonly flaw?: string;
}

interface OpenPiece {
  readonly name: string;
  readonly line: number;
  readonly parts: string[];
  size: number;
}

/**
 * Splits an XML file into the elements with certain names without parsing it, so that an error in one does not affect the
 * others. Ignores tags inside CDATA sections and comments. Holds one element at a time.
 */
export class Splitter {
  private pending = '';
  private line = 1;
  private within: 'markup' | 'cdata' | 'comment' | 'oversize' = 'markup';
  private open: OpenPiece | undefined;
  private rootEnd: 'none' | 'expected' | 'found' = 'none';
  private readonly token: RegExp;

  /** @param others names of elements beside the records, with their prefix. */
  constructor(
    private readonly header: Header,
    others: readonly string[],
  ) {
    const names = [header.record, header.root, ...others].join('|');
    this.token = new RegExp(`<!\\[CDATA\\[|<!--|<(/?)(${names})(?=[\\s/>])[^<>]*>`);
  }

  *write(chunk: string): Generator<Piece, void, undefined> {
    this.pending += chunk;
    while (this.pending.length > 0) {
      const isDone = yield* this.step();
      if (this.open && this.open.size > LARGEST) yield* this.giveUp();
      if (isDone) return;
    }
  }

  *end(): Generator<Piece, void, undefined> {
    this.take(this.pending.length);
    if (this.open) yield this.ended('the file ends within it');
    else if (this.rootEnd === 'expected') {
      yield {
        name: '',
        line: this.line,
        source: '',
        flaw: 'the file breaks off here; more records may be missing',
      };
    }
  }

  /** @returns whether the rest needs more input. */
  private *step(): Generator<Piece, boolean, undefined> {
    if (this.within === 'oversize') return this.toNextRecord();
    if (this.within !== 'markup') return this.toEndOf(this.within === 'cdata' ? ']]>' : '-->');
    const found = this.token.exec(this.pending);
    if (!found) {
      const tag = this.pending.lastIndexOf('<');
      const waits = tag >= 0 && this.pending.length - tag < LONGEST_TAG;
      this.take(waits ? tag : this.pending.length);
      return true;
    }
    const [tag, slash, name] = found;
    if (!name) {
      // Ignored between records: an unclosed one would silently hide all later records.
      if (this.open) this.within = tag === '<!--' ? 'comment' : 'cdata';
      this.take(found.index + tag.length);
    } else if (name === this.header.record || (!this.open && name !== this.header.root)) {
      yield* this.tagOf(name, found.index, tag, slash === '/');
    } else if (name === this.header.root) {
      yield* this.root(found.index, tag.length, slash === '/');
    } else {
      this.take(found.index + tag.length);
      if (slash && name === this.open?.name) yield this.ended();
    }
    return false;
  }

  private *tagOf(name: string, at: number, tag: string, isEnd: boolean): Generator<Piece, void, undefined> {
    if (isEnd) {
      this.take(at + tag.length);
      if (this.open?.name === name) yield this.ended();
      else if (!this.open && name === this.header.record) {
        yield { name, line: this.line, source: '', flaw: `a record ends here, but its <${name}> is missing` };
      }
      return;
    }
    this.take(at);
    if (this.open) yield this.ended(`<${this.open.name}> has no end`);
    this.open = { name, line: this.line, parts: [], size: 0 };
    this.take(tag.length);
    if (tag.endsWith('/>')) yield this.ended();
  }

  private *root(at: number, length: number, isEnd: boolean): Generator<Piece, void, undefined> {
    this.take(at);
    if (this.open) yield this.ended(`<${this.open.name}> has no end`);
    this.take(length);
    this.rootEnd = isEnd ? 'found' : 'expected';
  }

  private toEndOf(mark: string): boolean {
    const at = this.pending.indexOf(mark);
    if (at < 0) {
      this.take(Math.max(0, this.pending.length - mark.length + 1));
      return true;
    }
    this.take(at + mark.length);
    this.within = 'markup';
    return false;
  }

  /** The element is too large. It may have swallowed others, so the search starts again inside it. */
  private *giveUp(): Generator<Piece, void, undefined> {
    const { name, line, parts } = this.open!;
    const source = parts.join('');
    const flaw = `is larger than ${LARGEST / 1024 / 1024} MB, or something in it has no end`;
    this.open = undefined;
    const last = startsIn(source, this.header.record).at(-1);
    if (last === undefined) {
      this.within = 'oversize';
      yield { name, line, source: source.slice(0, KEPT), flaw };
      return;
    }
    this.within = 'markup';
    this.line = line + linesIn(source.slice(0, last));
    this.pending = source.slice(last) + this.pending;
    yield { name, line, source: source.slice(0, last), flaw };
  }

  private toNextRecord(): boolean {
    const at = startsIn(` ${this.pending}`, this.header.record)[0];
    this.take(at === undefined ? Math.max(0, this.pending.lastIndexOf('<')) : at - 1);
    if (at === undefined && this.pending.length > LONGEST_TAG) this.take(this.pending.length);
    if (at !== undefined) this.within = 'markup';
    return at === undefined;
  }

  private take(length: number): void {
    const taken = this.pending.slice(0, length);
    this.pending = this.pending.slice(length);
    this.line += linesIn(taken);
    this.open?.parts.push(taken);
    if (this.open) this.open.size += length;
  }

  private ended(flaw?: string): Piece {
    const { name, line, parts } = this.open!;
    this.open = undefined;
    this.within = 'markup';
    return { name, line, source: parts.join(''), ...(flaw && { flaw }) };
  }
}

/** The records in a piece: an unclosed part of one swallows those after it. */
export function recordsIn({ name, line, source, flaw }: Piece, record: string): Piece[] {
  const starts = [0, ...startsIn(source, record)];
  const endTag = `</${record}>`;
  let at = line;
  return starts.map((start, i) => {
    const whole = source.slice(start, starts[i + 1]);
    const end = i === 0 ? -1 : whole.lastIndexOf(endTag);
    const piece = {
      name: i === 0 ? name : record,
      line: at,
      // Without the text between records.
      source: end < 0 ? whole : whole.slice(0, end + endTag.length),
      ...(i === 0 && flaw && { flaw }),
    };
    at += linesIn(whole);
    return piece;
  });
}

/** Where records start in the source, except at its very start. */
function startsIn(source: string, record: string): number[] {
  const start = new RegExp(`<${record}(?=[\\s/>])`, 'g');
  return [...source.matchAll(start)].map(({ index }) => index).filter((index) => index > 0);
}

function linesIn(source: string): number {
  let count = 0;
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) count++;
  return count;
}
