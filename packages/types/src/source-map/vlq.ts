const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Value of a character code; -1 for one that is not a digit. */
const VALUES = Int8Array.from({ length: 128 }, (_, code) => {
  return DIGITS.indexOf(String.fromCharCode(code));
});

/** Reads the numbers of a source map's `mappings`, one after the other. */
export class VlqReader {
  offset = 0;

  constructor(readonly text: string) {}

  /** True before a `,`, a `;` or the end. */
  get atEndOfSegment(): boolean {
    const { offset, text } = this;
    return offset >= text.length || text[offset] === ',' || text[offset] === ';';
  }

  /** @returns undefined for anything but a 32-bit number. */
  next(): number | undefined {
    let value = 0;
    for (let factor = 1; ; factor *= 32) {
      const digit = VALUES[this.text.charCodeAt(this.offset)] ?? -1;
      if (digit === -1 || factor > 2 ** 30) return undefined;
      this.offset += 1;
      value += (digit & 31) * factor;
      if ((digit & 32) !== 0) continue;
      const magnitude = Math.floor(value / 2);
      if (magnitude >= 2 ** 31) return undefined;
      return value % 2 === 1 ? -magnitude : magnitude;
    }
  }
}

/** Encodes a number of at most 31 bits for a segment. */
export function encodeVlq(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = '';
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += DIGITS[rest > 0 ? digit + 32 : digit];
  } while (rest > 0);
  return text;
}
