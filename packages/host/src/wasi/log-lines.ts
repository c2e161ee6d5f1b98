import { lenientText } from '../guest-view.js';
import { MAX_LOG_RECORD_BYTES } from '../limits.js';

const LINE_FEED = 0x0a;

/**
 * Makes one record of each line that a program writes to a standard stream, in any number of pieces: `eprintln!` of Rust writes
 * each part of its format separately. If a line is longer than a record, the end is dropped; an empty line makes no record.
 */
export class LogLines {
  readonly #log: (text: () => string) => void;
  /** Created by the first piece that is not a whole line: most programs never write one. */
  #line: Uint8Array | undefined;
  #length = 0;

  constructor(log: (text: () => string) => void) {
    this.#log = log;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.#keep(bytes.subarray(start, end));
      this.end();
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  /** Also logs a line without an end. */
  end(): void {
    const length = this.#length;
    this.#length = 0;
    if (length > 0) this.#log(() => lenientText(this.#line!.subarray(0, length)));
  }

  /** Forgets an unfinished line. */
  clear(): void {
    this.#length = 0;
  }

  #keep(piece: Uint8Array): void {
    const kept = piece.subarray(0, MAX_LOG_RECORD_BYTES - this.#length);
    if (kept.length === 0) return;
    this.#line ??= new Uint8Array(MAX_LOG_RECORD_BYTES);
    this.#line.set(kept, this.#length);
    this.#length += kept.length;
  }
}
