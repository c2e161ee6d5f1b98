import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetEntry, DatasetReader } from '@testbench/types/stores';

import { MAX_LINE_BYTES } from '../limits.js';
import { firstByte, isSpace, kindOf, parseRecord } from './parse-record.js';
import { textBytes } from './text-bytes.js';

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * JSON: one list of objects. Here only the end of each object is searched for; its content is parsed like a line of JSON Lines, so that both
 * follow the same rules, and at most one record is in memory.
 */
export const jsonReader: DatasetReader = {
  specificationVersion: 'v1',
  name: 'json',
  extensions: ['.json'],
  placeUnit: 'record',
  matches: (start) => firstByte(start) === OPENING_BRACKET,
  async *read(input): AsyncGenerator<DatasetEntry> {
    const splitter = new ListSplitter();
    for await (const chunk of textBytes(input.bytes())) {
      let failure: { readonly error: unknown } | undefined;
      let records: Uint8Array[] = [];
      try {
        splitter.push(chunk, records);
      } catch (error) {
        failure = { error };
      }
      for (const [index, bytes] of records.entries()) {
        const place = splitter.records - records.length + index + 1;
        yield { record: parseRecord(bytes, place), place };
      }
      records = [];
      if (failure !== undefined) throw failure.error;
    }
    splitter.end();
  },
};

/** What may come next in the list. */
type Expected = 'list' | 'first' | 'next' | 'separator' | 'end';

/** Splits a JSON list of objects into its objects. */
class ListSplitter {
  /** Objects so far. */
  records = 0;
  #expected: Expected = 'list';
  /** True if an object has begun but not ended. */
  #isOpen = false;
  /** Open brackets of that object. */
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #started: Uint8Array[] = [];
  #startedBytes = 0;

  /** @throws {DatasetFormatError} `found` then has the objects before the error. */
  push(chunk: Uint8Array, found: Uint8Array[]): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#isOpen) {
        const end = this.#endOfObject(chunk, at);
        const part = chunk.subarray(at, end);
        this.#startedBytes += part.length;
        if (this.#startedBytes > MAX_LINE_BYTES) {
          const state = `expected at most ${MAX_LINE_BYTES} bytes, the record is longer`;
          throw new DatasetFormatError(state, this.records + 1);
        }
        if (this.#isOpen) this.#started.push(part);
        else this.#finish(part, found);
        at = end;
        continue;
      }
      const byte = chunk[at]!;
      // The brace that opens an object is part of it.
      if (isSpace(byte) || !this.#open(byte)) at += 1;
    }
  }

  /** @throws {DatasetFormatError} The list is not complete. */
  end(): void {
    if (this.#expected === 'end' || this.#expected === 'list') return;
    const inside = this.#isOpen;
    const state = inside ? 'the file ends inside of it' : 'the file ends before the list does';
    throw new DatasetFormatError(
      `${state}, it may have been cut off`,
      this.records + (inside ? 1 : 0),
    );
  }

  #finish(part: Uint8Array, found: Uint8Array[]): void {
    found.push(this.#started.length === 0 ? part : Buffer.concat([...this.#started, part]));
    this.#started = [];
    this.#startedBytes = 0;
    this.records += 1;
    this.#expected = 'separator';
  }

  /** Takes one byte between objects. @returns true if it opens an object. */
  #open(byte: number): boolean {
    switch (this.#expected) {
      case 'list':
        if (byte !== OPENING_BRACKET) throw new DatasetFormatError(notAList(byte));
        this.#expected = 'first';
        return false;
      case 'first':
      case 'next':
        if (byte === CLOSING_BRACKET && this.#expected === 'first') {
          this.#expected = 'end';
          return false;
        }
        if (byte !== OPENING_BRACE) {
          const state = `expected a JSON object, found ${nameOf(byte)}`;
          throw new DatasetFormatError(state, this.records + 1);
        }
        this.#isOpen = true;
        return true;
      case 'separator':
        if (byte !== COMMA && byte !== CLOSING_BRACKET) {
          const state = `expected "," or "]" after it, found ${nameOf(byte)}`;
          throw new DatasetFormatError(state, this.records);
        }
        this.#expected = byte === COMMA ? 'next' : 'end';
        return false;
      default:
        throw new DatasetFormatError('expected nothing after the list, found more', this.records);
    }
  }

  /** Offset after the brace that closes the object, or the end of the chunk. */
  #endOfObject(chunk: Uint8Array, start: number): number {
    let depth = this.#depth;
    let isText = this.#isText;
    let isEscaped = this.#isEscaped;
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth += 1;
      else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
        depth -= 1;
        if (depth === 0) {
          this.#isOpen = false;
          at += 1;
          break;
        }
      }
    }
    this.#depth = depth;
    this.#isText = isText;
    this.#isEscaped = isEscaped;
    return at;
  }
}

function notAList(byte: number): string {
  if (byte === OPENING_BRACE) {
    return 'expected a JSON list of objects, found an object; if each line is an object, say `format: jsonl`';
  }
  return `expected a JSON list of objects, found ${nameOf(byte)}`;
}

function nameOf(byte: number): string {
  if (byte === OPENING_BRACKET) return kindOf([]);
  if (byte === QUOTE) return kindOf('');
  return byte >= 0x21 && byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : 'something else';
}
