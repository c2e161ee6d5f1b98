import { sha256 } from "./sha256";
import { isWord, Span } from "./span";

const BASE_58: string = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH_32: string = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** Addresses of Bitcoin: `1…`, `3…` and `bc1…` with the right check sum. */
export function findWallets(text: string, spans: Span[]): void {
  for (let index = 0; index < text.length; index++) {
    if (!isWord(text, index)) continue;
    const start = index;
    while (isWord(text, index)) index++;
    const length = index - start;
    if (length < 26 || length > 90) continue;
    const word = text.substring(start, index);
    const right = word.startsWith("bc1") ? isBech32(word) : (word.startsWith("1") || word.startsWith("3")) && isBase58(word);
    if (right) spans.push(new Span("CRYPTO", start, index));
  }
}

/** 25 bytes in base 58, of which the last four are the start of the hash of the hash of the others. */
function isBase58(word: string): bool {
  const bytes = new StaticArray<u8>(25);
  for (let index = 0; index < word.length; index++) {
    let carry = BASE_58.indexOf(word.charAt(index));
    if (carry < 0) return false;
    for (let place = 24; place >= 0; place--) {
      carry += 58 * <i32>bytes[place];
      bytes[place] = <u8>carry;
      carry >>= 8;
    }
    if (carry > 0) return false;
  }
  const check = sha256(sha256(bytes.slice<StaticArray<u8>>(0, 21)));
  for (let index = 0; index < 4; index++) if (check[index] != bytes[21 + index]) return false;
  return true;
}

/** BIP 173 and, with another constant, BIP 350. */
function isBech32(word: string): bool {
  let sum: u32 = 1;
  const prefix: StaticArray<u32> = [3, 3, 0, 2, 3];
  for (let index = 0; index < prefix.length; index++) sum = step(sum, prefix[index]);
  for (let index = 3; index < word.length; index++) {
    const value = BECH_32.indexOf(word.charAt(index));
    if (value < 0) return false;
    sum = step(sum, value);
  }
  return sum == 1 || sum == 0x2bc830a3;
}

function step(sum: u32, value: u32): u32 {
  const top = sum >>> 25;
  sum = ((sum & 0x1ffffff) << 5) ^ value;
  if ((top & 1) != 0) sum ^= 0x3b6a57b2;
  if ((top & 2) != 0) sum ^= 0x26508e6d;
  if ((top & 4) != 0) sum ^= 0x1ea119fa;
  if ((top & 8) != 0) sum ^= 0x3d4233dd;
  return (top & 16) != 0 ? sum ^ 0x2a1462b3 : sum;
}
