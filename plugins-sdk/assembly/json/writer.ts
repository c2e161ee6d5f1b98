import { newBuffer, pack } from "../host/memory";
import { decodeUtf8, pointAt, putPoint } from "../host/utf8";
import { cannotWrite } from "../plugin/failure";
import { formatNumber, linkFractions } from "./format-number";
import { Json } from "./json";

/** Deepest nesting that a host accepts in an output. */
const MAX_DEPTH: i32 = 64;
const FIRST_SIZE: usize = 512;
/** Bytes of the longest number: a minus, 19 digits, or 17 with a point and an exponent. */
const MAX_NUMBER: usize = 32;

/**
 * Writes JSON, front to back, as UTF-8 straight into the block that the host will read.
 *
 * ```
 * out.object().field("answer", 42).key("words").array().value("a").value("b").end().end();
 * ```
 *
 * A mistake, such as a number that JSON does not have or an object without its `end`, fails the call
 * with a message; it never gives broken JSON.
 */
@final
export class JsonWriter {
  private buffer: ArrayBuffer = newBuffer(FIRST_SIZE);
  private size: usize = 0;
  private depth: i32 = 0;
  /** One bit a level: 1 for an object, 0 for a list; the innermost is the lowest. */
  private kinds: u64 = 0;
  /** True if the next value or key of this container comes after another one. */
  private comma: bool = false;
  /** True between a key and its value. */
  private keyed: bool = false;

  /** Begins an object; `end` closes it. */
  object(): JsonWriter {
    return this.open(0x7b, 1);
  }

  /** Begins a list; `end` closes it. */
  array(): JsonWriter {
    return this.open(0x5b, 0);
  }

  /** Closes the innermost object or list. */
  end(): JsonWriter {
    if (this.depth == 0 || this.keyed) return this.misuse("end() with nothing open");
    this.reserve(1);
    this.put((this.kinds & 1) != 0 ? 0x7d : 0x5d);
    this.kinds >>= 1;
    this.depth--;
    this.comma = true;
    return this;
  }

  /** Names the value that comes next. */
  key(name: string): JsonWriter {
    if (this.depth == 0 || (this.kinds & 1) == 0 || this.keyed) return this.misuse("key() outside an object");
    if (this.comma) {
      this.reserve(1);
      this.put(0x2c);
    }
    this.putString(name);
    this.reserve(1);
    this.put(0x3a);
    this.comma = false;
    this.keyed = true;
    return this;
  }

  /** Writes a string, number, boolean, `Json`, or a list of them. */
  value<T>(value: T): JsonWriter {
    if (isBoolean<T>()) return this.boolean(<bool>value);
    if (isInteger<T>()) return this.integer(<i64>value);
    if (isFloat<T>()) return this.number(<f64>value);
    if (isNullable<T>()) {
      if (value === null) return this.null();
    }
    if (isString<T>()) return this.string(<string>value);
    if (value instanceof Json) return this.json(<Json>value);
    if (isArrayLike<T>()) {
      this.array();
      // @ts-ignore: only instantiated for lists
      for (let index = 0; index < value.length; index++) this.value(value[index]);
      return this.end();
    }
    ERROR("A JsonWriter writes strings, numbers, booleans, Json, and lists of them");
    return this;
  }

  /** Writes a key and its value. */
  field<T>(name: string, value: T): JsonWriter {
    return this.key(name).value<T>(value);
  }

  /** Writes a string; an unpaired surrogate becomes U+FFFD, since UTF-8 has no form for it. */
  string(text: string): JsonWriter {
    this.separate();
    this.putString(text);
    return this;
  }

  /** Writes a number such that reading it gives the same double; NaN and infinities fail the call. */
  number(value: f64): JsonWriter {
    linkFractions();
    return this.linkedNumber(value);
  }

  /** For this library: as `number`, if the formatting of fractions was linked by making one. */
  linkedNumber(value: f64): JsonWriter {
    if (!isFinite(value)) {
      cannotWrite(formatNumber(value) + " is no number");
      return this.null();
    }
    // Whole numbers are most of all numbers, and shorter without their ".0".
    if (trunc(value) == value && abs(value) < 9007199254740992.0) {
      return value == 0 && reinterpret<i64>(value) < 0 ? this.ascii("-0") : this.integer(<i64>value);
    }
    return this.ascii(formatNumber(value));
  }

  /** Writes a whole number, all its digits. A reader that takes numbers for doubles rounds one beyond 2^53. */
  integer(value: i64): JsonWriter {
    this.separate();
    this.reserve(MAX_NUMBER);
    if (value < 0) this.put(0x2d);
    const magnitude = <u64>(value < 0 ? -value : value);
    let power: u64 = 1;
    while (magnitude / power >= 10) power *= 10;
    for (; power > 0; power /= 10) this.put(0x30 + <u32>((magnitude / power) % 10));
    return this;
  }

  /** Writes `true` or `false`. */
  boolean(value: bool): JsonWriter {
    return this.ascii(value ? "true" : "false");
  }

  /** Writes `null`. */
  null(): JsonWriter {
    return this.ascii("null");
  }

  /** Writes a value as it came, byte by byte: nothing of a number or an order of keys is lost. */
  json(value: Json): JsonWriter {
    const length = value.sourceLength;
    if (length == 0) return this.null();
    this.separate();
    this.reserve(length);
    memory.copy(changetype<usize>(this.buffer) + this.size, value.sourceStart, length);
    this.size += length;
    return this;
  }

  /** What is written so far, as text. */
  toString(): string {
    return decodeUtf8(changetype<usize>(this.buffer), this.size);
  }

  /** Forgets all that is written. */
  clear(): void {
    this.size = 0;
    this.depth = 0;
    this.kinds = 0;
    this.comma = false;
    this.keyed = false;
  }

  /** True if what is written is one whole value. */
  get complete(): bool {
    return this.depth == 0 && this.size > 0;
  }

  /** Number of objects and lists that are open. */
  get level(): i32 {
    return this.depth;
  }

  /** Address of what is written. For this library. */
  get start(): usize {
    return changetype<usize>(this.buffer);
  }

  /** Where writing stands; `rewind` goes back to it. For this library. */
  mark(): usize {
    return this.size;
  }

  /** Drops what was written after `mark`, which must have been taken before a value in a list. */
  rewind(mark: usize, depth: i32, comma: bool): void {
    this.kinds >>= this.depth - depth;
    this.size = mark;
    this.depth = depth;
    this.comma = comma;
    this.keyed = false;
  }

  /** Hands the bytes to the host, as a packed result, and starts over. */
  take(): i64 {
    const block = __pin(changetype<usize>(this.buffer));
    const size = this.size;
    // The next one is made when something is written: after the last call it would be for nothing.
    this.buffer = changetype<ArrayBuffer>("");
    this.clear();
    return pack(block, size);
  }

  private open(bracket: u32, kind: u64): JsonWriter {
    if (this.depth == MAX_DEPTH) return this.misuse("over 64 levels");
    this.separate();
    this.reserve(1);
    this.put(bracket);
    this.kinds = (this.kinds << 1) | kind;
    this.depth++;
    this.comma = false;
    return this;
  }

  /** Whatever has to stand between the last value and the next one. */
  private separate(): void {
    if (this.depth > 0 && (this.kinds & 1) != 0 && !this.keyed) {
      this.misuse("a value without a key");
    }
    if (this.depth == 0 && this.size > 0) this.misuse("a second value");
    if (this.comma) {
      this.reserve(1);
      this.put(0x2c);
    }
    this.comma = true;
    this.keyed = false;
  }

  private misuse(what: string): JsonWriter {
    cannotWrite(what);
    return this;
  }

  private ascii(text: string): JsonWriter {
    this.separate();
    this.reserve(MAX_NUMBER);
    for (let index = 0; index < text.length; index++) this.put(text.charCodeAt(index));
    return this;
  }

  private putString(text: string): void {
    const length = text.length;
    // A unit takes at most 3 bytes, but for controls, which reserve their own 6.
    this.reserve(<usize>length * 3 + 2);
    this.put(0x22);
    for (let index = 0; index < length; index++) {
      index = this.putPlain(text, index);
      if (index == length) break;
      const unit = <u32>text.charCodeAt(index);
      if (unit == 0x22 || unit == 0x5c) {
        this.put(0x5c);
        this.put(unit);
      } else if (unit < 0x20) {
        this.putControl(unit);
        this.reserve(<usize>(length - index) * 3 + 1);
      } else {
        const point = pointAt(text, index);
        if (point > 0xffff) index++;
        const start = changetype<usize>(this.buffer);
        this.size = putPoint(start + this.size, point) - start;
      }
    }
    this.put(0x22);
  }

  /** Writes what stands for itself, from `index` on; returns where that ends. Most of most texts, in a loop of its own. */
  private putPlain(text: string, index: i32): i32 {
    const length = text.length;
    const start = changetype<usize>(this.buffer);
    let to = start + this.size;
    for (; index < length; index++) {
      const unit = <u32>load<u16>(changetype<usize>(text) + (<usize>index << 1));
      if (unit - 0x20 >= 0x60 || unit == 0x22 || unit == 0x5c) break;
      store<u8>(to++, <u8>unit);
    }
    this.size = to - start;
    return index;
  }

  private putControl(unit: u32): void {
    this.reserve(6);
    this.put(0x5c);
    // A byte for each control from U+0008 on, the lowest first: b t n, none for U+000B, f r. Comparisons take 30 bytes more.
    const short = unit - 8 < 6 ? <u32>(0x7266006e7462 >> (<u64>(unit - 8) << 3)) & 0xff : 0;
    if (short != 0) return this.put(short);
    this.put(0x75);
    this.put(0x30);
    this.put(0x30);
    this.put(0x30 + (unit >>> 4));
    const digit = unit & 15;
    this.put(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }

  private put(byte: u32): void {
    store<u8>(changetype<usize>(this.buffer) + this.size++, <u8>byte);
  }

  private reserve(more: usize): void {
    const needed = this.size + more;
    if (needed <= <usize>this.buffer.byteLength) return;
    const larger = newBuffer(max(needed + FIRST_SIZE, <usize>this.buffer.byteLength << 1));
    memory.copy(changetype<usize>(larger), changetype<usize>(this.buffer), this.size);
    this.buffer = larger;
  }
}
