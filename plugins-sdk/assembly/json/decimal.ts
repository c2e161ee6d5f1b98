/**
 * Compares a decimal of any length with the middle between two doubles, exactly.
 *
 * The numbers that come here are rare (more than 19 digits, or an exponent beyond 27), so this is
 * short instead of quick: two big integers of 32-bit limbs, multiplied by small numbers and compared.
 */

/** Digits beyond this cannot change which side of the middle a decimal is on, only whether it is on it. */
const MAX_DIGITS: i32 = 800;
/** 800 digits, or a mantissa times 5^1150 and 2^1150, take under 4,000 bits. */
const LIMBS: i32 = 160;

class Big {
  limbs: StaticArray<u32> = new StaticArray<u32>(LIMBS);
  count: i32 = 0;

  set(value: u64): void {
    this.count = 0;
    while (value != 0) {
      this.limbs[this.count++] = <u32>value;
      value >>= 32;
    }
  }

  multiplyAdd(factor: u32, addend: u32): void {
    let carry: u64 = addend;
    for (let index = 0; index < this.count; index++) {
      carry += <u64>this.limbs[index] * factor;
      this.limbs[index] = <u32>carry;
      carry >>= 32;
    }
    if (carry != 0) this.limbs[this.count++] = <u32>carry;
  }

  multiplyPower(base: u32, exponent: i32): void {
    for (let index = 0; index < exponent; index++) this.multiplyAdd(base, 0);
  }

  shiftLeft(bits: i32): void {
    while (bits >= 16) {
      this.multiplyAdd(1 << 16, 0);
      bits -= 16;
    }
    this.multiplyAdd(1 << bits, 0);
  }

  compare(other: Big): i32 {
    if (this.count != other.count) return this.count > other.count ? 1 : -1;
    for (let index = this.count - 1; index >= 0; index--) {
      const a = this.limbs[index];
      const b = other.limbs[index];
      if (a != b) return a > b ? 1 : -1;
    }
    return 0;
  }
}

/**
 * Compares the absolute value of the number text at `ptr` with the middle between the double with these
 * bits and the next larger one.
 *
 * @returns 1 if the decimal is larger, -1 if it is smaller, 0 if it is exactly the middle.
 */
export function compareDecimal(ptr: usize, bits: u64): i32 {
  const decimal = new Big();
  const exponent10 = readDigits(ptr, decimal);

  // The middle is (2m + 1) * 2^(e - 1).
  const field = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const mantissa = field == 0 ? fraction : fraction | 0x10000000000000;
  const exponent2 = (field == 0 ? 1 : field) - 1075 - 1;
  const middle = new Big();
  middle.set(2 * mantissa + 1);

  // 10^n = 5^n * 2^n: bring both sides to whole numbers.
  if (exponent10 >= 0) decimal.multiplyPower(5, exponent10);
  else middle.multiplyPower(5, -exponent10);
  const shift = exponent10 - exponent2;
  if (shift >= 0) decimal.shiftLeft(shift);
  else middle.shiftLeft(-shift);
  return decimal.compare(middle);
}

/** Reads the digits into `big` and returns the power of ten that they are to be multiplied with. */
function readDigits(ptr: usize, big: Big): i32 {
  let exponent = 0;
  let digits = 0;
  let fraction = false;
  let sticky = false;
  let byte = <u32>load<u8>(ptr);
  if (byte == 0x2d) byte = <u32>load<u8>(++ptr);
  while (true) {
    if (byte - 0x30 < 10) {
      if (digits < MAX_DIGITS) {
        if (digits > 0 || byte != 0x30) {
          big.multiplyAdd(10, byte - 0x30);
          digits++;
        }
        if (fraction) exponent--;
      } else {
        sticky = sticky || byte != 0x30;
        if (!fraction) exponent++;
      }
    } else if (byte == 0x2e) {
      fraction = true;
    } else {
      break;
    }
    byte = <u32>load<u8>(++ptr);
  }
  if (sticky) {
    big.multiplyAdd(10, 1);
    exponent--;
  }
  if ((byte | 0x20) == 0x65) {
    byte = <u32>load<u8>(++ptr);
    const negative = byte == 0x2d;
    if (negative || byte == 0x2b) byte = <u32>load<u8>(++ptr);
    let value = 0;
    while (byte - 0x30 < 10) {
      if (value < 100000) value = value * 10 + (byte - 0x30);
      byte = <u32>load<u8>(++ptr);
    }
    exponent += negative ? -value : value;
  }
  return exponent;
}
