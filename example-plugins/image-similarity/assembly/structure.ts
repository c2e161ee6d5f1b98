import { Image } from "./image";

/** Standard deviation of the Gaussian window, in pixels, and how many of them it spans on each side. */
const SIGMA: f64 = 1.5;
const TRUNCATE: f64 = 3.5;
const K1: f64 = 0.01;
const K2: f64 = 0.03;
const RANGE: f64 = 255;

/**
 * The mean structural similarity of one channel, as `skimage.metrics.structural_similarity` defines it: windows that lie within the image
 * alone, and the sample covariance.
 *
 * @param side Pixels of a window's side, odd, at most that of the image.
 */
export function similarityOf(one: Image, other: Image, channel: i32, side: i32): f64 {
  const width = one.width;
  const height = one.height;
  // Sums of the last `side` rows, by column: exact in whole numbers.
  const sumX = new StaticArray<i32>(width);
  const sumY = new StaticArray<i32>(width);
  const sumXX = new StaticArray<i32>(width);
  const sumYY = new StaticArray<i32>(width);
  const sumXY = new StaticArray<i32>(width);
  const count = <f64>(side * side);
  let total: f64 = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const a = one.at(x, y, channel);
      const b = other.at(x, y, channel);
      let dx = a;
      let dy = b;
      let dxx = a * a;
      let dyy = b * b;
      let dxy = a * b;
      if (y >= side) {
        const c = one.at(x, y - side, channel);
        const d = other.at(x, y - side, channel);
        dx -= c;
        dy -= d;
        dxx -= c * c;
        dyy -= d * d;
        dxy -= c * d;
      }
      unchecked((sumX[x] += dx));
      unchecked((sumY[x] += dy));
      unchecked((sumXX[x] += dxx));
      unchecked((sumYY[x] += dyy));
      unchecked((sumXY[x] += dxy));
    }
    if (y < side - 1) continue;
    let wx: i64 = 0;
    let wy: i64 = 0;
    let wxx: i64 = 0;
    let wyy: i64 = 0;
    let wxy: i64 = 0;
    for (let x = 0; x < width; x++) {
      wx += unchecked(sumX[x]);
      wy += unchecked(sumY[x]);
      wxx += unchecked(sumXX[x]);
      wyy += unchecked(sumYY[x]);
      wxy += unchecked(sumXY[x]);
      if (x >= side) {
        wx -= unchecked(sumX[x - side]);
        wy -= unchecked(sumY[x - side]);
        wxx -= unchecked(sumXX[x - side]);
        wyy -= unchecked(sumYY[x - side]);
        wxy -= unchecked(sumXY[x - side]);
      }
      if (x >= side - 1) {
        total += ratio(<f64>wx / count, <f64>wy / count, <f64>wxx / count, <f64>wyy / count, <f64>wxy / count, count);
      }
    }
  }
  return total / (<f64>(width - side + 1) * <f64>(height - side + 1));
}

/** The side of the Gaussian window: 11 pixels. */
export function gaussianSide(): i32 {
  return 2 * <i32>(TRUNCATE * SIGMA + 0.5) + 1;
}

/** The same with a Gaussian window, as `gaussian_weights=True` of scikit-image. */
export function gaussianSimilarityOf(one: Image, other: Image, channel: i32): f64 {
  const side = gaussianSide();
  const weights = gaussianWeights(side);
  const width = one.width;
  const height = one.height;
  const across = width - side + 1;
  // Rows whose columns are weighted already, of the last `side` rows, for each of five maps.
  const rows = new StaticArray<f64>(5 * side * across);
  let total: f64 = 0;
  for (let y = 0; y < height; y++) {
    const slot = (y % side) * across;
    for (let x = 0; x < across; x++) {
      let mx: f64 = 0;
      let my: f64 = 0;
      let mxx: f64 = 0;
      let myy: f64 = 0;
      let mxy: f64 = 0;
      for (let step = 0; step < side; step++) {
        const weight = unchecked(weights[step]);
        const a = <f64>one.at(x + step, y, channel);
        const b = <f64>other.at(x + step, y, channel);
        const wa = weight * a;
        const wb = weight * b;
        mx += wa;
        my += wb;
        mxx += wa * a;
        myy += wb * b;
        mxy += wa * b;
      }
      const place = (slot + x) * 5;
      unchecked((rows[place] = mx));
      unchecked((rows[place + 1] = my));
      unchecked((rows[place + 2] = mxx));
      unchecked((rows[place + 3] = myy));
      unchecked((rows[place + 4] = mxy));
    }
    if (y < side - 1) continue;
    for (let x = 0; x < across; x++) {
      let mx: f64 = 0;
      let my: f64 = 0;
      let mxx: f64 = 0;
      let myy: f64 = 0;
      let mxy: f64 = 0;
      for (let step = 0; step < side; step++) {
        const weight = unchecked(weights[step]);
        const place = (((y + 1 + step) % side) * across + x) * 5;
        mx += weight * unchecked(rows[place]);
        my += weight * unchecked(rows[place + 1]);
        mxx += weight * unchecked(rows[place + 2]);
        myy += weight * unchecked(rows[place + 3]);
        mxy += weight * unchecked(rows[place + 4]);
      }
      total += ratio(mx, my, mxx, myy, mxy, <f64>(side * side));
    }
  }
  return total / (<f64>across * <f64>(height - side + 1));
}

/** The similarity of one window, of its means. */
@inline
function ratio(ux: f64, uy: f64, uxx: f64, uyy: f64, uxy: f64, count: f64): f64 {
  const norm = count / (count - 1);
  const vx = norm * (uxx - ux * ux);
  const vy = norm * (uyy - uy * uy);
  const vxy = norm * (uxy - ux * uy);
  const c1 = K1 * RANGE * (K1 * RANGE);
  const c2 = K2 * RANGE * (K2 * RANGE);
  return ((2 * ux * uy + c1) * (2 * vxy + c2)) / ((ux * ux + uy * uy + c1) * (vx + vy + c2));
}

function gaussianWeights(side: i32): StaticArray<f64> {
  const weights = new StaticArray<f64>(side);
  const middle = side >> 1;
  let sum: f64 = 0;
  for (let index = 0; index < side; index++) {
    const distance = <f64>(index - middle);
    const weight = Math.exp((-0.5 / (SIGMA * SIGMA)) * distance * distance);
    unchecked((weights[index] = weight));
    sum += weight;
  }
  for (let index = 0; index < side; index++) unchecked((weights[index] /= sum));
  return weights;
}
