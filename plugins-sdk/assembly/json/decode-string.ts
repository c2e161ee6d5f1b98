import { afterString, hexValue, QUOTE } from "./scan";

/** Decodes the valid JSON string whose opening quote is at `ptr`. Lone surrogates stay as they are. */
export function decodeString(ptr: usize): string {
  return decodeUnits(ptr + 1, afterString(ptr) - 1, true);
}

/** Decodes valid UTF-8, with JSON's escapes if it is the inside of a JSON string. */
export function decodeUnits(from: usize, end: usize, escapes: bool): string {
  // No character takes more UTF-16 units than it has bytes.
  const most = (end - from) << 1;
  const text = __new(most, idof<String>());
  let to = text;
  while (true) {
    // Most of most texts, eight bytes at a time.
    if (ASC_FEATURE_SIMD) {
      for (; from + 8 <= end; from += 8, to += 16) {
        const units = v128.load_ext<u8>(from);
        if (v128.any_true(v128.or(i16x8.shr_u(units, 7), i16x8.eq(units, i16x8.splat(0x5c))))) break;
        v128.store(to, units);
      }
    }
    if (from >= end) break;
    const byte = <u32>load<u8>(from);
    if (byte < 0x80) {
      let unit = byte;
      let taken: usize = 1;
      if (byte == 0x5c && escapes) {
        unit = <u32>load<u8>(from, 1);
        taken = 2;
        if (unit == 0x75) {
          unit = unitAt(from + 2);
          taken = 6;
        } else {
          unit = unescape(unit);
        }
      }
      store<u16>(to, <u16>unit);
      from += taken;
      to += 2;
    } else {
      let more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      let point = byte & (0x3f >> more);
      // A sequence that is cut off must not give more units than it has bytes.
      for (from++; more > 0 && from < end; more--) point = (point << 6) | (<u32>load<u8>(from++) & 0x3f);
      if (point > 0xffff) {
        store<u16>(to, <u16>(0xd7c0 + (point >>> 10)));
        to += 2;
        point = 0xdc00 | (point & 0x3ff);
      }
      store<u16>(to, <u16>point);
      to += 2;
    }
  }
  const size = to - text;
  if (size == most) return changetype<string>(text);
  const exact = __new(size, idof<String>());
  memory.copy(exact, text, size);
  return changetype<string>(exact);
}

function unitAt(ptr: usize): u32 {
  let unit: u32 = 0;
  for (let digit: usize = 0; digit < 4; digit++) {
    unit = (unit << 4) | hexValue(<u32>load<u8>(ptr + digit));
  }
  return unit;
}

function unescape(kind: u32): u32 {
  if (kind == 0x62) return 0x08;
  if (kind == 0x66) return 0x0c;
  if (kind == 0x6e) return 0x0a;
  if (kind == 0x72) return 0x0d;
  if (kind == 0x74) return 0x09;
  return kind;
}

/** Compares the valid JSON string at `ptr` with `text`; plain ASCII, as keys are, costs no allocation. */
export function stringEquals(ptr: usize, text: string): bool {
  const length = text.length;
  const units = changetype<usize>(text);
  let at = ptr + 1;
  for (let index = 0; index < length; index++, at++) {
    const byte = <u32>load<u8>(at);
    if (byte >= 0x80 || byte == 0x5c) return decodeString(ptr) == text;
    if (byte == QUOTE || byte != <u32>load<u16>(units + (<usize>index << 1))) return false;
  }
  return <u32>load<u8>(at) == QUOTE;
}
