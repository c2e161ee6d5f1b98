import { afterString, hexValue, QUOTE } from "./scan";

/** Decodes the valid JSON string whose opening quote is at `ptr`. Lone surrogates stay as they are. */
export function decodeString(ptr: usize): string {
  const start = ptr + 1;
  const end = afterString(ptr) - 1;
  // No character takes more UTF-16 units than it has bytes.
  const text = changetype<usize>(__new((end - start) << 1, idof<String>()));
  let from = start;
  let to = text;
  while (from < end) {
    const byte = <u32>load<u8>(from);
    if (byte < 0x80) {
      if (byte == 0x5c) {
        const kind = <u32>load<u8>(from, 1);
        store<u16>(to, <u16>(kind == 0x75 ? unitAt(from + 2) : unescape(kind)));
        from += kind == 0x75 ? 6 : 2;
      } else {
        store<u16>(to, <u16>byte);
        from++;
      }
      to += 2;
    } else if (byte < 0xe0) {
      store<u16>(to, <u16>(((byte & 0x1f) << 6) | tail(from, 1)));
      from += 2;
      to += 2;
    } else if (byte < 0xf0) {
      store<u16>(to, <u16>(((byte & 0x0f) << 12) | (tail(from, 1) << 6) | tail(from, 2)));
      from += 3;
      to += 2;
    } else {
      const point =
        (((byte & 0x07) << 18) | (tail(from, 1) << 12) | (tail(from, 2) << 6) | tail(from, 3)) - 0x10000;
      store<u16>(to, <u16>(0xd800 | (point >>> 10)));
      store<u16>(to, <u16>(0xdc00 | (point & 0x3ff)), 2);
      from += 4;
      to += 4;
    }
  }
  const size = to - text;
  return changetype<string>(size == (end - start) << 1 ? text : __renew(text, size));
}

function tail(ptr: usize, offset: usize): u32 {
  return <u32>load<u8>(ptr + offset) & 0x3f;
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
