const MASK = '*'.charCodeAt(0);

/** Replaces every secret in a text by as many asterisks. */
export function maskText(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (masked, secret) => masked.replaceAll(secret, '*'.repeat(secret.length)),
    text,
  );
}

/**
 * Masks secrets in a stream of bytes, also where one is cut by the end of a chunk.
 *
 * Holds back no more than what may be the beginning of a secret, so that streaming stays streaming. Finds a secret as it was
 * sent; a server that gives it back in another form, such as base64, is not found out.
 */
export class SecretMask {
  readonly #secrets: readonly Buffer[];
  #held: Buffer = Buffer.alloc(0);

  /** @param secrets Printable ASCII, none empty. */
  constructor(secrets: readonly string[]) {
    // Longer ones first: one may begin with another.
    this.#secrets = [...secrets]
      .sort((left, right) => right.length - left.length)
      .map((secret) => Buffer.from(secret, 'latin1'));
  }

  /** What can be given out of this chunk and what was held back; may be empty. */
  push(chunk: Uint8Array): Buffer {
    if (this.#secrets.length === 0) return asBuffer(chunk);
    const bytes = Buffer.concat([this.#held, chunk]);
    for (const secret of this.#secrets) maskAll(bytes, secret);
    const keep = Math.max(...this.#secrets.map((secret) => tailThatBegins(bytes, secret)));
    this.#held = Buffer.from(bytes.subarray(bytes.length - keep));
    return bytes.subarray(0, bytes.length - keep);
  }

  /** What was held back, once there is no more to come. */
  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

function maskAll(bytes: Buffer, secret: Buffer): void {
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at)) {
    bytes.fill(MASK, at, at + secret.length);
  }
}

/** Length of the longest end of `bytes` that a secret begins with; less than the whole secret. */
function tailThatBegins(bytes: Buffer, secret: Buffer): number {
  const longest = Math.min(secret.length - 1, bytes.length);
  for (let length = longest; length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(secret.subarray(0, length))) return length;
  }
  return 0;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
