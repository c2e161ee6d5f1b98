import { Image } from "./image";

/** Bits of the fractions of weights, as Pillow has them for images of 8 bits. */
const PRECISION: i32 = 22;
const LANCZOS: f64 = 3;

/** Brightness by ITU-R 601-2, in whole numbers as Pillow computes it; an alpha channel is ignored. */
function brightness(image: Image): StaticArray<u8> {
  const count = image.width * image.height;
  const gray = new StaticArray<u8>(count);
  for (let index = 0; index < count; index++) {
    const at = index * 4;
    const red = <u32>unchecked(image.pixels[at]);
    const green = <u32>unchecked(image.pixels[at + 1]);
    const blue = <u32>unchecked(image.pixels[at + 2]);
    unchecked((gray[index] = <u8>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)));
  }
  return gray;
}

function lanczos(x: f64): f64 {
  if (x < -LANCZOS || x >= LANCZOS) return 0;
  return sinc(x) * sinc(x / LANCZOS);
}

function sinc(x: f64): f64 {
  if (x == 0) return 1;
  const scaled = x * Math.PI;
  return Math.sin(scaled) / scaled;
}

/** Resizes lines of `from` samples to `to`, and turns them: what was a row is a column. Twice of it resizes an image. */
function resizeTurned(source: StaticArray<u8>, from: i32, lines: i32, to: i32): StaticArray<u8> {
  const result = new StaticArray<u8>(lines * to);
  const scale = <f64>from / <f64>to;
  const filterScale = max<f64>(scale, 1);
  const support = LANCZOS * filterScale;
  const weights = new StaticArray<f64>(<i32>Math.ceil(support) * 2 + 1);
  const fixed = new StaticArray<i32>(weights.length);
  for (let index = 0; index < to; index++) {
    const center = (<f64>index + 0.5) * scale;
    const start = max(0, <i32>(center - support + 0.5));
    const end = min(from, <i32>(center + support + 0.5));
    const count = end - start;
    let sum: f64 = 0;
    for (let step = 0; step < count; step++) {
      const weight = lanczos((<f64>(start + step) - center + 0.5) / filterScale);
      unchecked((weights[step] = weight));
      sum += weight;
    }
    for (let step = 0; step < count; step++) {
      const exact = (unchecked(weights[step]) / sum) * <f64>(1 << PRECISION);
      unchecked((fixed[step] = exact < 0 ? <i32>(exact - 0.5) : <i32>(exact + 0.5)));
    }
    for (let line = 0; line < lines; line++) {
      let total: i32 = 1 << (PRECISION - 1);
      const place = line * from + start;
      for (let step = 0; step < count; step++) total += <i32>unchecked(source[place + step]) * unchecked(fixed[step]);
      unchecked((result[index * lines + line] = <u8>min(255, max(0, total >> PRECISION))));
    }
  }
  return result;
}

function resized(image: Image, width: i32, height: i32): StaticArray<u8> {
  const gray = brightness(image);
  const across = image.width == width ? turned(gray, image.width, image.height) : resizeTurned(gray, image.width, image.height, width);
  return image.height == height ? turned(across, image.height, width) : resizeTurned(across, image.height, width, height);
}

function turned(source: StaticArray<u8>, from: i32, lines: i32): StaticArray<u8> {
  const result = new StaticArray<u8>(from * lines);
  for (let line = 0; line < lines; line++) {
    for (let index = 0; index < from; index++) unchecked((result[index * lines + line] = source[line * from + index]));
  }
  return result;
}

/** 64 bits: whether a pixel of the image at 9 x 8 pixels is brighter than the one on its left. As `imagehash.dhash`. */
export function differenceHash(image: Image): u64 {
  const small = resized(image, 9, 8);
  let hash: u64 = 0;
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const brighter = unchecked(small[y * 9 + x + 1]) > unchecked(small[y * 9 + x]);
      hash = (hash << 1) | (brighter ? 1 : 0);
    }
  }
  return hash;
}

/** 64 bits: which of the 8 x 8 lowest frequencies of the image at 32 x 32 pixels are above their median. As `imagehash.phash`. */
export function frequencyHash(image: Image): u64 {
  const small = resized(image, 32, 32);
  const cosines = new StaticArray<f64>(8 * 32);
  for (let k = 0; k < 8; k++) {
    for (let n = 0; n < 32; n++) unchecked((cosines[k * 32 + n] = Math.cos((Math.PI * <f64>k * <f64>(2 * n + 1)) / 64)));
  }
  const down = new StaticArray<f64>(8 * 32);
  for (let k = 0; k < 8; k++) {
    for (let x = 0; x < 32; x++) {
      let sum: f64 = 0;
      for (let y = 0; y < 32; y++) sum += <f64>unchecked(small[y * 32 + x]) * unchecked(cosines[k * 32 + y]);
      unchecked((down[k * 32 + x] = 2 * sum));
    }
  }
  const low = new StaticArray<f64>(64);
  for (let k = 0; k < 8; k++) {
    for (let l = 0; l < 8; l++) {
      let sum: f64 = 0;
      for (let x = 0; x < 32; x++) sum += unchecked(down[k * 32 + x]) * unchecked(cosines[l * 32 + x]);
      unchecked((low[k * 8 + l] = 2 * sum));
    }
  }
  const sorted = low.slice<StaticArray<f64>>();
  sorted.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const median = (sorted[31] + sorted[32]) / 2;
  let hash: u64 = 0;
  for (let index = 0; index < 64; index++) hash = (hash << 1) | (unchecked(low[index]) > median ? 1 : 0);
  return hash;
}

/** 16 digits. */
export function hexOf(hash: u64): string {
  let text = "";
  for (let shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef".charAt(<i32>((hash >> <u64>shift) & 15));
  return text;
}
