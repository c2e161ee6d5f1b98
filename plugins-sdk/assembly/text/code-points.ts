/** The text's code points: what Python counts as characters. A lone surrogate counts as one. */
export function toCodePoints(text: string): StaticArray<i32> {
  const length = text.length;
  const points = new StaticArray<i32>(length);
  let count = 0;
  let at = 0;
  // Up to the first surrogate, eight units a step.
  if (ASC_FEATURE_SIMD) {
    for (; at < length - 7; at += 8) {
      const units = v128.load(unitAt(text, at));
      if (v128.any_true(i16x8.eq(v128.and(units, i16x8.splat(<i16>0xf800)), i16x8.splat(<i16>0xd800)))) break;
      const to = changetype<usize>(points) + (<usize>at << 2);
      v128.store(to, i32x4.extend_low_i16x8_u(units));
      v128.store(to, i32x4.extend_high_i16x8_u(units), 16);
    }
    count = at;
  }
  for (; at < length; at++) {
    let point = <i32>load<u16>(unitAt(text, at));
    if ((point & 0xfc00) == 0xd800 && isPair(text, at)) {
      point = 0x10000 + ((point & 0x3ff) << 10) + (<i32>load<u16>(unitAt(text, ++at)) & 0x3ff);
    }
    unchecked((points[count++] = point));
  }
  return count == length ? points : points.slice<StaticArray<i32>>(0, count);
}

/** Number of code points; `text.length` counts a character beyond the BMP twice. */
export function countCodePoints(text: string): i32 {
  const length = text.length;
  let count = length;
  for (let at = 0; at < length; at++) {
    if ((<i32>load<u16>(unitAt(text, at)) & 0xfc00) != 0xd800 || !isPair(text, at)) continue;
    count--;
    at++;
  }
  return count;
}

/** True if the high surrogate at `at` is followed by a low one. */
function isPair(text: string, at: i32): bool {
  return at + 1 < text.length && (<i32>load<u16>(unitAt(text, at + 1)) & 0xfc00) == 0xdc00;
}

// @ts-ignore: decorator
@inline
function unitAt(text: string, index: i32): usize {
  return changetype<usize>(text) + (<usize>index << 1);
}
