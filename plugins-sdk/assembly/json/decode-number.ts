import { compareDecimal } from "./decimal";

/** Significant digits that always fit 64 bits. */
const MAX_DIGITS: i32 = 19;

/**
 * Decodes the valid JSON number at `ptr`, rounded to the nearest double, halves to even.
 *
 * Three ways, each exact: one multiplication or division of doubles where both sides are exact; 128-bit
 * integers for the rest of what programs print; arbitrary precision for what is left.
 */
export function decodeNumber(ptr: usize): f64 {
  const start = ptr;
  let byte = <u32>load<u8>(ptr);
  const negative = byte == 0x2d;
  if (negative) byte = <u32>load<u8>(++ptr);

  let mantissa: u64 = 0;
  let digits = 0;
  let exponent = 0;
  let truncated = false;
  let fraction = false;
  while (true) {
    if (byte - 0x30 < 10) {
      if (digits < MAX_DIGITS) {
        mantissa = mantissa * 10 + (byte - 0x30);
        if (mantissa != 0) digits++;
        if (fraction) exponent--;
      } else {
        truncated = truncated || byte != 0x30;
        if (!fraction) exponent++;
      }
    } else if (byte == 0x2e) {
      fraction = true;
    } else {
      break;
    }
    byte = <u32>load<u8>(++ptr);
  }
  if ((byte | 0x20) == 0x65) exponent += decodeExponent(ptr + 1);
  if (mantissa == 0) return negative ? -0.0 : 0.0;
  const value = truncated ? roundSlowly(start, mantissa, exponent) : scale(start, mantissa, exponent);
  return negative ? -value : value;
}

function decodeExponent(ptr: usize): i32 {
  let byte = <u32>load<u8>(ptr);
  const negative = byte == 0x2d;
  if (negative || byte == 0x2b) byte = <u32>load<u8>(++ptr);
  let value = 0;
  while (byte - 0x30 < 10) {
    // Far beyond any double already; stop before it overflows.
    if (value < 100000) value = value * 10 + (byte - 0x30);
    byte = <u32>load<u8>(++ptr);
  }
  return negative ? -value : value;
}

function scale(start: usize, mantissa: u64, exponent: i32): f64 {
  if (exponent == 0 && mantissa < 1 << 53) return <f64>mantissa;
  const size = exponent < 0 ? -exponent : exponent;
  if (mantissa < 1 << 53 && size <= 22) {
    // 10^22 is the largest power of ten that a double holds exactly.
    let power: f64 = 1;
    for (let index = 0; index < size; index++) power *= 10;
    return exponent < 0 ? <f64>mantissa / power : <f64>mantissa * power;
  }
  if (size > 27) return roundSlowly(start, mantissa, exponent);
  // 5^27 is the largest power of five below 2^63; the powers of two go to the binary exponent.
  let power: u64 = 1;
  for (let index = 0; index < size; index++) power *= 5;
  return exponent < 0 ? divide(mantissa, power, exponent) : multiply(mantissa, power, exponent);
}

function multiply(mantissa: u64, power: u64, exponent: i32): f64 {
  const a = mantissa >> 32;
  const b = mantissa & 0xffffffff;
  const c = power >> 32;
  const d = power & 0xffffffff;
  const low = b * d;
  const middle = a * d + (low >> 32);
  const middle2 = b * c + (middle & 0xffffffff);
  const high = a * c + (middle >> 32) + (middle2 >> 32);
  const rest = (middle2 << 32) | (low & 0xffffffff);
  if (high == 0) return compose(rest, false, exponent);
  const shift = clz(high);
  const top = shift == 0 ? high : (high << shift) | (rest >> (64 - shift));
  return compose(top, rest << shift != 0, exponent + 64 - <i32>shift);
}

function divide(mantissa: u64, power: u64, exponent: i32): f64 {
  const mantissaShift = clz(mantissa);
  const powerShift = clz(power);
  const numerator = mantissa << mantissaShift;
  const divisor = power << powerShift;
  // Half of the numerator is less than the divisor, so that the quotient fits 64 bits.
  const high = numerator >> 1;
  const low = numerator << 63;
  const divisorHigh = divisor >> 32;
  const divisorLow = divisor & 0xffffffff;

  let digit1 = high / divisorHigh;
  let rest = high - digit1 * divisorHigh;
  while (digit1 >= 1 << 32 || digit1 * divisorLow > ((rest << 32) | (low >> 32))) {
    digit1--;
    rest += divisorHigh;
    if (rest >= 1 << 32) break;
  }
  const middle = (high << 32) + (low >> 32) - digit1 * divisor;
  let digit0 = middle / divisorHigh;
  rest = middle - digit0 * divisorHigh;
  while (digit0 >= 1 << 32 || digit0 * divisorLow > ((rest << 32) | (low & 0xffffffff))) {
    digit0--;
    rest += divisorHigh;
    if (rest >= 1 << 32) break;
  }
  const quotient = (digit1 << 32) + digit0;
  const remainder = (middle << 32) + (low & 0xffffffff) - digit0 * divisor;
  return compose(quotient, remainder != 0, exponent - 63 - <i32>mantissaShift + <i32>powerShift);
}

/** `bits * 2^exponent`, rounded; `sticky` says that there was more below. Only for normal results. */
function compose(bits: u64, sticky: bool, exponent: i32): f64 {
  const shift = clz(bits);
  bits <<= shift;
  exponent -= <i32>shift;
  let mantissa = bits >> 11;
  const rest = bits & 0x7ff;
  if (rest > 0x400 || (rest == 0x400 && (sticky || (mantissa & 1) != 0))) mantissa++;
  // A carry out of the mantissa lands in the exponent field, which is what it means.
  return reinterpret<f64>(((<u64>(exponent + 11 + 1075 - 1)) << 52) + mantissa);
}

/** Starts near and steps to the double whose neighbourhood holds the exact decimal. */
function roundSlowly(start: usize, mantissa: u64, exponent: i32): f64 {
  if (exponent > 310) return Infinity;
  if (exponent < -345) return 0;
  let guess = <f64>mantissa;
  let left = exponent;
  while (left > 0) {
    const step = min(left, 22);
    guess *= powerOfTen(step);
    left -= step;
  }
  while (left < 0) {
    const step = min(-left, 22);
    guess /= powerOfTen(step);
    left += step;
  }
  if (guess == Infinity) guess = f64.MAX_VALUE;
  while (true) {
    const bits = reinterpret<u64>(guess);
    const above = compareDecimal(start, bits);
    if (above > 0 || (above == 0 && (bits & 1) != 0)) {
      guess = reinterpret<f64>(bits + 1);
      if (guess == Infinity) return guess;
      continue;
    }
    if (bits == 0) return guess;
    const below = compareDecimal(start, bits - 1);
    if (below > 0 || (below == 0 && (bits & 1) == 0)) return guess;
    guess = reinterpret<f64>(bits - 1);
  }
}

function powerOfTen(exponent: i32): f64 {
  let power: f64 = 1;
  for (let index = 0; index < exponent; index++) power *= 10;
  return power;
}
