import { decodeLossy, unfinishedLength } from "./lossy-utf8";
import { newBuffer } from "./memory";
import { addressOf } from "./utf8";

/** Bytes asked for at a time, and more room than most answers need. */
const PIECE: i32 = 16384;

/** Where bytes come from, piece by piece. For this library. */
export abstract class ByteSource {
  /** Fills a buffer: the number of bytes, 0 at the end, or a negative `HostCode`. */
  abstract pull(ptr: usize, max: usize): i32;
}

/**
 * Reads bytes as they arrive, as text or line by line.
 *
 * What is not UTF-8 becomes U+FFFD; a character that is cut by the end of a piece is not.
 */
@final
export class ByteReader {
  /** 0 while all is well and at the end; a negative `HostCode` once reading has failed. */
  code: i32 = 0;
  /** True if the last line had no line end, since the bytes ended. */
  cutOff: bool = false;
  private buffer: ArrayBuffer = newBuffer(PIECE);
  private start: i32 = 0;
  private lineStart: i32 = 0;
  /** Bytes of the line. For this library. */
  lineLength: i32 = 0;
  private end: i32 = 0;
  private ended: bool = false;
  /** True if the last line ended in CR, whose LF is yet to be skipped. */
  private afterReturn: bool = false;

  /** For this library. */
  constructor(private source: ByteSource) {}

  /** The next piece of text; `null` at the end and after a failure. */
  readText(): string | null {
    while (true) {
      this.skipFeed();
      const size = this.end - this.start;
      const open = this.ended ? 0 : <i32>unfinishedLength(this.place(this.start), size);
      if (size > open) return this.take(size - open);
      if (this.ended || !this.fill()) {
        if (this.end == this.start) return null;
      }
    }
  }

  /** All that is left, as text; after a failure, what came before it. */
  readAll(): string {
    while (this.fill()) {}
    this.skipFeed();
    return this.take(this.end - this.start);
  }

  /** The next line, without its end (CR, LF or both); `null` at the end. What no line end follows is the last line. */
  readLine(): string | null {
    return this.nextLine() ? decodeLossy(this.place(this.lineStart), this.lineLength) : null;
  }

  /** Steps to the next line, whose bytes are at `lineAddress` until more are read. For this library. */
  nextLine(): bool {
    let from = this.start;
    while (true) {
      const at = this.lineEnd(from);
      if (at < this.end) {
        const byte = load<u8>(this.place(at));
        if (byte == 0x0a && this.afterReturn && at == this.start) {
          this.afterReturn = false;
          from = ++this.start;
          continue;
        }
        this.afterReturn = byte == 0x0d;
        this.lineStart = this.start;
        this.lineLength = at - this.start;
        this.start = at + 1;
        return true;
      }
      const known = this.end - this.start;
      if (!this.fill()) {
        this.cutOff = known > 0;
        this.lineStart = this.start;
        this.lineLength = known;
        this.start = this.end;
        return known > 0;
      }
      from = this.start + known;
    }
  }

  /** Where the line's bytes are. For this library. */
  get lineAddress(): usize {
    return this.place(this.lineStart);
  }

  /** First CR or LF at or after `at`; the end if there is none. */
  private lineEnd(at: i32): i32 {
    const end = this.end;
    while (at < end) {
      if (at + 8 <= end) {
        const word = load<u64>(this.place(at));
        const feed = word ^ 0x0a0a0a0a0a0a0a0a;
        const back = word ^ 0x0d0d0d0d0d0d0d0d;
        // The high bit of a byte is set where the byte is zero (or, harmlessly, follows one that is).
        const found = ((feed - 0x0101010101010101) & ~feed) | ((back - 0x0101010101010101) & ~back);
        if ((found & 0x8080808080808080) == 0) {
          at += 8;
          continue;
        }
      }
      const byte = load<u8>(this.place(at));
      if (byte == 0x0a || byte == 0x0d) break;
      at++;
    }
    return at;
  }

  /** True if all bytes have been read and nothing has failed. */
  get isComplete(): bool {
    return this.ended && this.code == 0;
  }

  /** Bytes that are read and not taken, for this library. */
  get byteLength(): i32 {
    return this.end - this.start;
  }

  /** The buffer with those bytes at its beginning, after reading all of them; for this library. */
  readBytes(): ArrayBuffer {
    while (this.fill()) {}
    this.compact(1);
    // Stops the reader of a number.
    store<u8>(this.place(this.end), 0);
    return this.buffer;
  }

  /** Steps over the LF of a CR LF whose CR has ended a line. */
  private skipFeed(): void {
    if (!this.afterReturn || this.start == this.end) return;
    if (load<u8>(this.place(this.start)) == 0x0a) this.start++;
    this.afterReturn = false;
  }

  private take(length: i32): string {
    const text = decodeLossy(this.place(this.start), length);
    this.start += length;
    return text;
  }

  private place(offset: i32): usize {
    return addressOf(this.buffer) + <usize>offset;
  }

  /** Gets more bytes; false at the end and after a failure. */
  private fill(): bool {
    if (this.ended) return false;
    this.compact(PIECE >> 1);
    const read = this.source.pull(this.place(this.end), this.buffer.byteLength - this.end);
    if (read > 0) {
      this.end += min(read, this.buffer.byteLength - this.end);
      return true;
    }
    this.ended = true;
    this.code = read;
    return false;
  }

  /** Makes room for `more` bytes behind those that are there. */
  private compact(more: i32): void {
    const size = this.end - this.start;
    if (this.end + more <= this.buffer.byteLength && this.start == 0) return;
    const from = this.place(this.start);
    if (size + more > this.buffer.byteLength) this.buffer = newBuffer(max(size + more, this.buffer.byteLength * 2));
    memory.copy(addressOf(this.buffer), from, size);
    this.start = 0;
    this.end = size;
  }
}
