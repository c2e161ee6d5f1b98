import { decodeUtf8, encodeUtf8 } from "../host/utf8";
import { decodeNumber } from "./decode-number";
import { decodeString, stringEquals } from "./decode-string";
import { keepDistinct } from "./distinct-keys";
import { afterSpace, afterString, afterValue, validate } from "./scan";

/** What a JSON value is. */
export enum JsonKind {
  /** There is no such field or item. */
  Missing,
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

/** Where the index of one container is built before its length is known. */
let scratch = newIndex(64);

/**
 * A JSON value as it came: a place in the input's bytes, decoded when asked.
 *
 * A field that nobody reads costs a glance. A field that is not there is a value of kind `Missing`, so
 * that `input.get("a").at(3).text()` needs no checks on its way. The view keeps the bytes alive.
 */
@final
export class Json {
  /** Children of a container: their addresses; for an object, key and value in turn. */
  private index: StaticArray<u32> | null = null;
  /** True once no key of an object stands in `index` twice. */
  private isDistinct: bool = false;

  /** For this library; authors get values from `get`, `at` and `Json.parse`. */
  constructor(
    private owner: ArrayBuffer | null,
    private start: usize,
    private limit: usize,
  ) {}

  /** The value that stands for all that is not there. */
  static readonly missing: Json = new Json(null, 0, 0);

  /** Views bytes that must be one valid JSON document; of kind `Missing` if they are not. */
  static view(owner: ArrayBuffer, length: usize): Json {
    const start = changetype<usize>(owner);
    if (!validate(start, length)) return Json.missing;
    return new Json(owner, afterSpace(start), start + length);
  }

  /** Reads JSON text, such as a model's answer; of kind `Missing` if it is not valid. */
  static parse(text: string): Json {
    // The zero after the end stops the reader of a number.
    const bytes = encodeUtf8(text + "\0");
    return Json.view(bytes, <usize>bytes.byteLength - 1);
  }

  /** What it is. */
  get kind(): JsonKind {
    if (this.start == 0) return JsonKind.Missing;
    const byte = <u32>load<u8>(this.start);
    if (byte == 0x22) return JsonKind.String;
    if (byte == 0x7b) return JsonKind.Object;
    if (byte == 0x5b) return JsonKind.Array;
    if (byte == 0x74 || byte == 0x66) return JsonKind.Boolean;
    return byte == 0x6e ? JsonKind.Null : JsonKind.Number;
  }

  /** The kind in words, for a message: `a string`, `a list`, … */
  get kindName(): string {
    const kind = this.kind;
    if (kind == JsonKind.Missing) return "nothing";
    if (kind == JsonKind.Null) return "null";
    if (kind == JsonKind.Boolean) return "a boolean";
    if (kind == JsonKind.Number) return "a number";
    if (kind == JsonKind.String) return "a string";
    return kind == JsonKind.Array ? "a list" : "an object";
  }

  /** False for what is not there and for `null`. */
  get exists(): bool {
    return this.start != 0 && load<u8>(this.start) != 0x6e;
  }

  /** True for `null`; what is not there is none. */
  get isNull(): bool {
    return this.kind == JsonKind.Null;
  }

  /** True for a string. */
  get isString(): bool {
    return this.kind == JsonKind.String;
  }

  /** True for a number. */
  get isNumber(): bool {
    return this.kind == JsonKind.Number;
  }

  /** True for `true` and `false`. */
  get isBoolean(): bool {
    return this.kind == JsonKind.Boolean;
  }

  /** True for a list. */
  get isArray(): bool {
    return this.kind == JsonKind.Array;
  }

  /** True for an object. */
  get isObject(): bool {
    return this.kind == JsonKind.Object;
  }

  /** Number of items of a list or fields of an object; 0 for anything else. A key that stands there twice counts once. */
  get length(): i32 {
    return this.isObject ? this.fields().length >>> 1 : this.children().length;
  }

  /** The value of a field; the last one, as in JavaScript, if the key stands there twice. */
  get(key: string): Json {
    if (!this.isObject) return Json.missing;
    const index = this.children();
    for (let position = index.length - 2; position >= 0; position -= 2) {
      if (stringEquals(unchecked(index[position]), key)) return this.child(unchecked(index[position + 1]));
    }
    return Json.missing;
  }

  /** Item `position` of a list, or the value of field number `position` of an object. */
  at(position: i32): Json {
    const index = this.isObject ? this.fields() : this.children();
    const place = this.isObject ? position * 2 + 1 : position;
    return position >= 0 && place < index.length ? this.child(unchecked(index[place])) : Json.missing;
  }

  /** The key of field number `position` of an object. */
  keyAt(position: i32): string {
    const index = this.fields();
    return this.isObject && position >= 0 && position * 2 < index.length ? decodeString(unchecked(index[position * 2])) : "";
  }

  /** For this library, as is `rawKeyAt`: the items of a list as `at` gives them, without what objects need. */
  item(position: i32): Json {
    const index = this.children();
    return position < index.length ? this.child(unchecked(index[position])) : Json.missing;
  }

  /** The key of field number `position` of an object, equal keys counted one by one; empty after the last, or if there is none. */
  rawKeyAt(position: i32): string {
    const index = this.children();
    return position * 2 < index.length ? decodeString(unchecked(index[position * 2])) : "";
  }

  /** Items of a list, or twice the fields of an object. */
  get rawLength(): i32 {
    return this.children().length;
  }

  /**
   * The value as text: a string's characters; for anything else its JSON, so that 18 gives `18`.
   *
   * @returns `fallback` for `null` and what is not there.
   */
  text(fallback: string = ""): string {
    if (!this.exists) return fallback;
    return this.isString ? decodeString(this.start) : this.source();
  }

  /** The value as a number; `fallback` for anything but a number. Rounded as JavaScript does. */
  number(fallback: f64 = NaN): f64 {
    return this.isNumber ? decodeNumber(this.start) : fallback;
  }

  /** The value as a boolean; `fallback` for anything but one. */
  boolean(fallback: bool = false): bool {
    return this.isBoolean ? load<u8>(this.start) == 0x74 : fallback;
  }

  /** The items of a list as text; a single value counts as a list of one, nothing as none. */
  texts(): string[] {
    if (!this.isArray) return this.exists ? [this.text()] : [];
    const index = this.children();
    const count = index.length;
    const texts = new Array<string>(count);
    for (let position = 0; position < count; position++) texts[position] = this.child(unchecked(index[position])).text();
    return texts;
  }

  /** The items of a list as numbers; NaN for an item that is none. */
  numbers(): StaticArray<f64> {
    const index = this.children();
    const count = this.isArray ? index.length : 0;
    const numbers = new StaticArray<f64>(count);
    for (let position = 0; position < count; position++) {
      const ptr = unchecked(index[position]);
      const byte = <u32>load<u8>(ptr);
      const numeric = byte == 0x2d || byte - 0x30 < 10;
      unchecked((numbers[position] = numeric ? decodeNumber(ptr) : NaN));
    }
    return numbers;
  }

  /** The value's JSON exactly as it came. */
  source(): string {
    return decodeUtf8(this.start, this.sourceLength);
  }

  /** Address of the value's JSON, for the writer. */
  get sourceStart(): usize {
    return this.start;
  }

  /** Bytes of the value's JSON. */
  get sourceLength(): usize {
    return this.start == 0 ? 0 : afterValue(this.start, this.limit) - this.start;
  }

  private child(start: usize): Json {
    return new Json(this.owner, start, this.limit);
  }

  /** The children of an object, each key once: the last of equal keys wins, as in JavaScript. */
  private fields(): StaticArray<u32> {
    const index = this.children();
    if (this.isDistinct || !this.isObject) return index;
    this.isDistinct = true;
    return (this.index = shorten(index, keepDistinct(index)));
  }

  /** Finds the children once; a second look costs nothing. */
  private children(): StaticArray<u32> {
    const known = this.index;
    if (known !== null) return known;
    const kind = this.kind;
    const built = kind == JsonKind.Array || kind == JsonKind.Object
      ? buildIndex(this.start, this.limit, kind == JsonKind.Object)
      : newIndex(0);
    this.index = built;
    return built;
  }
}

/** A list without the standard library's checks and their messages. */
function newIndex(length: i32): StaticArray<u32> {
  return changetype<StaticArray<u32>>(__new(<usize>length << 2, idof<StaticArray<u32>>()));
}

function buildIndex(start: usize, limit: usize, keyed: bool): StaticArray<u32> {
  let count = 0;
  let at = afterSpace(start + 1);
  let byte = <u32>load<u8>(at);
  // "]" and "}"; a value starts with neither.
  while (byte != 0x5d && byte != 0x7d) {
    if (count + 2 > scratch.length) {
      const larger = newIndex(scratch.length * 2);
      memory.copy(changetype<usize>(larger), changetype<usize>(scratch), <usize>scratch.length << 2);
      scratch = larger;
    }
    if (keyed) {
      unchecked((scratch[count++] = <u32>at));
      at = afterSpace(afterSpace(afterString(at)) + 1);
    }
    unchecked((scratch[count++] = <u32>at));
    at = afterSpace(afterValue(at, limit));
    byte = <u32>load<u8>(at);
    if (byte == 0x2c) {
      at = afterSpace(at + 1);
      byte = <u32>load<u8>(at);
    }
  }
  return shorten(scratch, count);
}

/** The first entries of a list, in a list of their own. */
function shorten(list: StaticArray<u32>, count: i32): StaticArray<u32> {
  const index = newIndex(count);
  memory.copy(changetype<usize>(index), changetype<usize>(list), <usize>count << 2);
  return index;
}
