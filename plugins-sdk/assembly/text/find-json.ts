import { addressOf, encodeUtf8 } from "../host/utf8";
import { Json } from "../json/json";
import { validateStart, validationEnd } from "../json/scan";
import { findThoughts, Thoughts } from "./thoughts";

/** So many times the text are read in search of the end of what begins like JSON. */
const MAX_READS: usize = 32;

const BACKTICK: u32 = 0x60;
const TILDE: u32 = 0x7e;

/**
 * The JSON that a text is or holds, as models put it between words and fences: the last fenced block that is an object or a list, or
 * else the longest complete object or list. What stands in `<think>…</think>` is not looked at.
 *
 * The time is linear: after 32 times the text's length of objects and lists that break off, it goes with what it has.
 *
 * @returns The missing value if there is none.
 */
export function findJson(text: string): Json {
  const whole = Json.parse(text);
  if (whole !== Json.missing) return whole;
  // The zero after the end stops all that reads on.
  const bytes = encodeUtf8(text + "\0");
  const search = new Search(bytes, findThoughts(bytes, bytes.byteLength - 1));
  const fenced = search.lastFence();
  return fenced !== Json.missing ? fenced : search.longest();
}

@final
class Search {
  private start: usize;
  private end: usize;

  constructor(
    private bytes: ArrayBuffer,
    private thoughts: Thoughts,
  ) {
    this.start = addressOf(bytes);
    this.end = this.start + bytes.byteLength - 1;
  }

  /** What stands in the last of the blocks between three backticks or tildes that is JSON as a whole. */
  lastFence(): Json {
    let last = Json.missing;
    for (let at = this.start; at + 3 <= this.end; at++) {
      const mark = <u32>load<u8>(at);
      if ((mark != BACKTICK && mark != TILDE) || !isFence(at, mark)) continue;
      const thought = this.thoughts.endAt(at - this.start);
      if (thought > 0) {
        at = this.start + thought - 1;
        continue;
      }
      // The name of the language may follow. A block may also begin and end on one line.
      let from = this.afterSpace(this.afterMarks(at, mark));
      while (isNameByte(<u32>load<u8>(from))) from++;
      from = this.afterSpace(from);
      const length = isOpening(<u32>load<u8>(from)) ? validateStart(from, this.end - from) : 0;
      if (length == 0) {
        // The block of another language: its end must not be taken for the beginning of the next one.
        at = this.skipBlock(from, mark) - 1;
        continue;
      }
      const close = this.afterSpace(from + length);
      if (close + 3 > this.end || !isFence(close, mark)) continue;
      last = new Json(this.bytes, from, from + length);
      at = this.afterMarks(close, mark) - 1;
    }
    return last;
  }

  /** The longest object or list; of two of the same length the later one. */
  longest(): Json {
    let best = Json.missing;
    let bestLength: usize = 0;
    let reads = (this.end - this.start) * MAX_READS;
    for (let at = this.start; at < this.end; at++) {
      if (!isOpening(<u32>load<u8>(at))) continue;
      const thought = this.thoughts.endAt(at - this.start);
      if (thought > 0) {
        at = this.start + thought - 1;
        continue;
      }
      const length = validateStart(at, this.end - at);
      if (length > 0) {
        if (length >= bestLength) {
          best = new Json(this.bytes, at, at + length);
          bestLength = length;
        }
        // All that lies within is shorter.
        at += length - 1;
        continue;
      }
      const read = validationEnd() - at;
      if (read > reads) break;
      reads -= read;
    }
    return best;
  }

  private afterSpace(at: usize): usize {
    while (at < this.end && <u32>load<u8>(at) <= 0x20) at++;
    return at;
  }

  private afterMarks(at: usize, mark: u32): usize {
    while (at < this.end && load<u8>(at) == mark) at++;
    return at;
  }

  /** The place after the next fence of this kind; where the search began if there is none. */
  private skipBlock(from: usize, mark: u32): usize {
    for (let at = from; at + 3 <= this.end; at++) if (load<u8>(at) == mark && isFence(at, mark)) return this.afterMarks(at, mark);
    return from;
  }
}

/** `{` and `[`. */
function isOpening(byte: u32): bool {
  return byte == 0x7b || byte == 0x5b;
}

function isFence(at: usize, mark: u32): bool {
  return load<u8>(at) == mark && load<u8>(at, 1) == mark && load<u8>(at, 2) == mark;
}

/** What names of languages are made of: letters, digits, `-`, `+`, `.`, `#`, `_`. */
function isNameByte(byte: u32): bool {
  const letter = (byte | 0x20) - 0x61;
  return letter < 26 || byte - 0x30 < 10 || byte == 0x2d || byte == 0x2b || byte == 0x2e || byte == 0x23 || byte == 0x5f;
}
