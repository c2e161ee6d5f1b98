import type { MaskedSecrets } from './used-secrets.js';

const MASK = '*'.charCodeAt(0);
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

/** Replaces every secret in a text by as many asterisks. */
export function maskText(text: string, secrets: MaskedSecrets): string {
  const units = text.split('');
  for (const secret of secrets.values) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
      units.fill('*', at, at + secret.length);
    }
  }
  return units.join('');
}

/**
 * Masks secrets in a stream of bytes, also where one is cut by the end of a chunk.
 *
 * Finds a secret as it was sent; a server that gives it back in another form, such as base64, is not found out.
 *
 * The end of what has come is held back, as long as a secret less one byte, from the last byte on that no secret can have (a
 * line's end). **What is held back does not depend on what the bytes are**: were it only what a secret begins with, a plugin
 * could tell from the length of its reads how much of a guess is right, and find a secret byte by byte.
 */
export class SecretMask {
  readonly #secrets: MaskedSecrets;
  /** The end of what has come, as it came and as it is given. */
  #raw: Buffer = Buffer.alloc(0);
  #masked: Buffer = Buffer.alloc(0);

  constructor(secrets: MaskedSecrets) {
    this.#secrets = secrets;
  }

  /** What can be given out of this chunk and what was held back; may be empty. */
  push(chunk: Uint8Array): Uint8Array {
    const { values } = this.#secrets;
    const longest = values[0]?.length ?? 0;
    if (longest === 0 && this.#raw.length === 0) return chunk;
    const raw = Buffer.concat([this.#raw, chunk]);
    const masked = Buffer.concat([this.#masked, chunk]);
    for (const secret of values) maskAll(raw, masked, Buffer.from(secret, 'latin1'));
    const end = raw.length - printableTail(raw, longest - 1);
    this.#raw = Buffer.from(raw.subarray(end));
    this.#masked = Buffer.from(masked.subarray(end));
    return masked.subarray(0, end);
  }

  /** What was held back, once there is no more to come. */
  end(): Uint8Array {
    const rest = this.#masked;
    this.#raw = Buffer.alloc(0);
    this.#masked = Buffer.alloc(0);
    return rest;
  }
}

/** Masks in `masked` what is found in `bytes`, where secrets that overlap are all still to be seen. */
function maskAll(bytes: Buffer, masked: Buffer, secret: Buffer): void {
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + 1)) {
    masked.fill(MASK, at, at + secret.length);
  }
}

/** How many bytes at the end a secret could have, at most `most`. */
function printableTail(bytes: Buffer, most: number): number {
  let length = 0;
  while (length < most && length < bytes.length) {
    const byte = bytes[bytes.length - 1 - length]!;
    if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE) break;
    length += 1;
  }
  return length;
}
