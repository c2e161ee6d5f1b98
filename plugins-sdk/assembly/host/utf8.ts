import { decodeUnits } from "../json/decode-string";
import { newBuffer } from "./memory";

/** Encodes for the host. Unpaired surrogates become U+FFFD: they have no UTF-8 form. */
export function encodeUtf8(text: string): ArrayBuffer {
  let size: usize = 0;
  for (let index = 0; index < text.length; ) {
    const point = pointAt(text, index);
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    index += point > 0xffff ? 2 : 1;
  }
  const bytes = newBuffer(size);
  let to = addressOf(bytes);
  for (let index = 0; index < text.length; ) {
    const point = pointAt(text, index);
    to = putPoint(to, point);
    index += point > 0xffff ? 2 : 1;
  }
  return bytes;
}

/** The code point at `index`, which must be within the text. */
export function pointAt(text: string, index: i32): u32 {
  const at = changetype<usize>(text) + (<usize>index << 1);
  const unit = <u32>load<u16>(at);
  if ((unit & 0xfc00) != 0xd800 || index + 1 == text.length) return unit;
  const low = <u32>load<u16>(at, 2);
  return (low & 0xfc00) == 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff) : unit;
}

/** Writes one code point as UTF-8 to `to`; returns the place after it. */
export function putPoint(to: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(to, <u8>point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, <u8>(0xc0 | (point >>> 6)));
  } else {
    if ((point & 0x1ff800) == 0xd800) point = 0xfffd;
    if (point < 0x10000) {
      store<u8>(to++, <u8>(0xe0 | (point >>> 12)));
    } else {
      store<u8>(to++, <u8>(0xf0 | (point >>> 18)));
      store<u8>(to++, <u8>(0x80 | ((point >>> 12) & 0x3f)));
    }
    store<u8>(to, <u8>(0x80 | ((point >>> 6) & 0x3f)));
  }
  store<u8>(to, <u8>(0x80 | (point & 0x3f)), 1);
  return to + 2;
}

/** Decodes valid UTF-8. */
export function decodeUtf8(start: usize, length: usize): string {
  return decodeUnits(start, start + length, false);
}

/** Address of a buffer's first byte, for a host function. The buffer must outlive the call. */
export function addressOf(buffer: ArrayBuffer): usize {
  return changetype<usize>(buffer);
}
