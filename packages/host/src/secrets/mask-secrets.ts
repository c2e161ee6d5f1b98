import { MASK_WINDOW_FACTOR } from '../limits.js';
import type { MaskedSecrets } from './used-secrets.js';

const MASK = '*'.charCodeAt(0);
const NUL = 0;
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

/** Replaces every secret in a text, and every long part of one, with asterisks of the same length. */
export function maskText(text: string, secrets: MaskedSecrets): string {
  const spans = secrets.matcher.find(text);
  if (spans.length === 0) return text;
  const units = text.split('');
  for (const { start, end } of spans) units.fill('*', start, end);
  return units.join('');
}

/**
 * Masks secrets in a stream of bytes, even if one is split between chunks.
 *
 * The end of the received bytes is held back, up to the longest form of a secret, starting after the last byte that cannot be part of a secret
 * (a line's end). **How much is held back does not depend on the content**: if only bytes that begin a secret were held back, a plugin
 * could infer from the length of its reads how much of a guess is right, and find a secret byte by byte.
 */
export class SecretMask {
  readonly #secrets: MaskedSecrets;
  /** The end of the received bytes, in its original and its masked form. */
  #raw: Buffer = Buffer.alloc(0);
  #masked: Buffer = Buffer.alloc(0);
  /** Bytes that came since and were not searched yet. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** How many bytes at the end could be part of a secret. */
  #run = 0;

  constructor(secrets: MaskedSecrets) {
    this.#secrets = secrets;
  }

  /** The bytes that can be returned now, from this chunk and those held back; may be empty. */
  push(chunk: Uint8Array): Uint8Array {
    const window = this.#secrets.longest * MASK_WINDOW_FACTOR;
    const before = this.#raw.length + this.#waitingBytes;
    if (window === 0 && before === 0) return chunk;
    const tail = possibleTail(chunk);
    this.#run = tail === chunk.length ? this.#run + tail : tail;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    const held = Math.min(this.#run, Math.max(0, window - 1));
    const ready = before + chunk.length - held;
    // With small chunks, each window is searched once, not for every byte.
    if (ready === 0 || (held < this.#run && ready < window)) return new Uint8Array(0);
    const end = this.#mask() - held;
    const given = this.#masked.subarray(0, end);
    this.#raw = Buffer.from(this.#raw.subarray(end));
    this.#masked = Buffer.from(this.#masked.subarray(end));
    return given;
  }

  /** The bytes held back, once no more will come. */
  end(): Uint8Array {
    this.#mask();
    const rest = this.#masked;
    this.#raw = Buffer.alloc(0);
    this.#masked = Buffer.alloc(0);
    return rest;
  }

  /** Masks the bytes received so far. @returns How many there are. */
  #mask(): number {
    if (this.#waiting.length > 0) {
      this.#raw = Buffer.concat([this.#raw, ...this.#waiting]);
      this.#masked = Buffer.concat([this.#masked, ...this.#waiting]);
      this.#waiting = [];
      this.#waitingBytes = 0;
      for (const { start, end } of this.#secrets.matcher.find(this.#raw.toString('latin1'))) {
        this.#masked.fill(MASK, start, end);
      }
    }
    return this.#raw.length;
  }
}

/** How many bytes at the end could be part of a secret. */
function possibleTail(bytes: Uint8Array): number {
  let length = 0;
  while (length < bytes.length) {
    const byte = bytes[bytes.length - 1 - length]!;
    // Zeros stand between the letters of UTF-16.
    if (byte !== NUL && (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE)) break;
    length += 1;
  }
  return length;
}
