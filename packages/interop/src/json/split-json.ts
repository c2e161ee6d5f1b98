import { ImportError } from '../errors.js';
import { MAX_DOCUMENT_BYTES, MAX_SAMPLE_BYTES } from '../limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const LIST = 0x5b;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** A piece of a document: an entry of the list, or at the end everything else. */
export type JsonPiece =
  | { readonly kind: 'entry'; readonly index: number; readonly text: string }
  | { readonly kind: 'rest'; readonly text: string };

/**
 * Cuts a JSON object into the entries of one of its lists, and the rest of it with that list empty: memory does not grow with the list. A document
 * that is a list itself is cut without a key.
 * Text that is not JSON comes out as pieces that are not JSON either.
 *
 * @param key The property of the outermost object whose list is cut; undefined for the document itself.
 * @throws {ImportError} `IMPORT_TOO_LARGE`.
 */
export async function* splitJson(
  source: AsyncIterable<Uint8Array>,
  key: string | undefined,
  file: string,
): AsyncGenerator<JsonPiece> {
  const cutter = new Cutter(key, file);
  for await (const chunk of source) yield* cutter.take(chunk);
  yield { kind: 'rest', text: cutter.rest() };
}

class Cutter {
  readonly #key: Buffer;
  /** Level at which the list stands. */
  readonly #level: number;
  readonly #file: string;
  /** Levels of objects and lists that are open. */
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** The last text of the outermost object: the key of what follows. */
  #lastText: number[] = [];
  #isKey = false;
  /** True within the list that is cut. */
  #isCutting = false;
  #index = 0;
  #entry: Buffer[] = [];
  #entryBytes = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(key: string | undefined, file: string) {
    this.#level = key === undefined ? 0 : 1;
    this.#isKey = key === undefined;
    this.#key = Buffer.from(key ?? '');
    this.#file = file;
  }

  *take(given: Uint8Array): Generator<JsonPiece> {
    const chunk = Buffer.from(given.buffer, given.byteOffset, given.length);
    /** Start of what belongs to the entry or to the rest. */
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.#isText) {
        this.#readText(byte);
        continue;
      }
      if (byte === QUOTE) {
        this.#isText = true;
        if (this.#depth === 1) this.#lastText = [];
      } else if (OPEN.has(byte)) {
        this.#depth += 1;
        if (this.#depth === this.#level + 1 && byte === LIST && this.#isKey) {
          this.#keep(chunk.subarray(start, at + 1));
          start = at + 1;
          this.#isCutting = true;
          this.#isKey = false;
        }
      } else if (CLOSE.has(byte)) {
        this.#depth -= 1;
        if (this.#isCutting && this.#depth === this.#level) {
          this.#collect(chunk.subarray(start, at));
          start = at;
          yield* this.#endEntry();
          this.#isCutting = false;
        }
      } else if (byte === COMMA && this.#level === 1 && this.#depth === 1) {
        this.#isKey = false;
      } else if (byte === COMMA && this.#isCutting && this.#depth === this.#level + 1) {
        this.#collect(chunk.subarray(start, at));
        start = at + 1;
        yield* this.#endEntry();
      }
    }
    const left = chunk.subarray(start);
    if (this.#isCutting) this.#collect(left);
    else this.#keep(left);
  }

  rest(): string {
    // A list that does not end leaves the rest incomplete too.
    return Buffer.concat(this.#rest).toString();
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#isText = false;
      if (this.#level === 1 && this.#depth === 1)
        this.#isKey = this.#key.equals(Buffer.from(this.#lastText));
      return;
    }
    if (this.#depth === 1 && this.#lastText.length <= this.#key.length) this.#lastText.push(byte);
  }

  *#endEntry(): Generator<JsonPiece> {
    const bytes = Buffer.concat(this.#entry);
    this.#entry = [];
    this.#entryBytes = 0;
    if (bytes.every((byte) => SPACES.has(byte))) return;
    yield { kind: 'entry', index: this.#index, text: bytes.toString() };
    this.#index += 1;
  }

  #collect(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#entryBytes += bytes.length;
    if (this.#entryBytes > MAX_SAMPLE_BYTES) {
      throw tooLarge(this.#file, MAX_SAMPLE_BYTES, `${this.#key.toString()}[${this.#index}]`);
    }
    // The reader reuses its buffer.
    this.#entry.push(Buffer.from(bytes));
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#restBytes += bytes.length;
    if (this.#restBytes > MAX_DOCUMENT_BYTES) throw tooLarge(this.#file, MAX_DOCUMENT_BYTES);
    this.#rest.push(Buffer.from(bytes));
  }
}

/** The error for a part of a file that is larger than its limit. */
export function tooLarge(file: string, maxBytes: number, place?: string): ImportError {
  return new ImportError('IMPORT_TOO_LARGE', `it has more than ${maxBytes} bytes`, {
    file,
    ...(place === undefined ? {} : { place }),
  });
}
