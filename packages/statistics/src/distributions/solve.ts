/**
 * Finds where an increasing function reaches zero between two points, by bisection accelerated with regula falsi.
 *
 * @see Dahlquist and Björck (1974), the Illinois algorithm
 */
export function solveIncreasing(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa >= 0) return a;
  if (fb <= 0) return b;
  for (let round = 0; round < 400; round += 1) {
    const middle = (a + b) / 2;
    const secant = (a * fb - b * fa) / (fb - fa);
    // Every other step halves the interval, so that flat stretches cannot stall it.
    const x = round % 2 === 0 && secant > a && secant < b ? secant : middle;
    const fx = f(x);
    if (fx === 0 || middle === a || middle === b) return x;
    if (fx < 0) [a, fa] = [x, fx];
    else [b, fb] = [x, fx];
    if (b - a <= 2 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b))) break;
  }
  return (a + b) / 2;
}
