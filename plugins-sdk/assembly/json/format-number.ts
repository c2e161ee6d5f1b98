/**
 * Formatting a number with a fraction takes 2.6 kB of code and tables. A plugin that only ever says right or wrong
 * does without: the code is linked only where other numbers are made, and reached through this variable.
 */
let format: (value: f64) => string = formatNothing;

/** Links the formatting of all numbers. */
export function linkFractions(): void {
  format = formatShortest;
}

/** The number's digits, such that reading them gives the same double; `NaN` and `Infinity` in words. */
export function formatNumber(value: f64): string {
  return format(value);
}

/** The digits of a whole number from 0 on, without the standard library's tables. */
export function formatWhole(value: u32): string {
  const digit = String.fromCharCode(0x30 + (value % 10));
  return value < 10 ? digit : formatWhole(value / 10) + digit;
}

/** Nobody has made such a number; a wrong output would be worse than none. */
function formatNothing(value: f64): string {
  return unreachable();
}

function formatShortest(value: f64): string {
  return value.toString();
}
