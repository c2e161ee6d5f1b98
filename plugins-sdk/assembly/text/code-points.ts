/** The text's code points: what Python counts as characters. A lone surrogate counts as one. */
export function toCodePoints(text: string): StaticArray<i32> {
  const count = countCodePoints(text);
  const points = new StaticArray<i32>(count);
  for (let index = 0, at = 0; index < count; index++) {
    const point = text.codePointAt(at);
    unchecked((points[index] = point));
    at += point > 0xffff ? 2 : 1;
  }
  return points;
}

/** Number of code points; `text.length` counts a character beyond the BMP twice. */
export function countCodePoints(text: string): i32 {
  let count = 0;
  for (let at = 0; at < text.length; count++) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return count;
}
