import { createHash } from 'node:crypto';

export const DIGEST_BYTES = 32;
const SIZE_BYTES = 4;
/** Instead of a size: the attachments could not be read when the plan was made. */
const FAILED = 2 ** 32 - 1;

/** The digests and sizes of the attachments of all records, by their positions: 36 bytes for each record. */
export class AttachmentTable {
  readonly #digests: Buffer;
  readonly #sizes: Uint32Array;

  constructor(count: number) {
    this.#digests = Buffer.alloc(count * DIGEST_BYTES);
    this.#sizes = new Uint32Array(count);
  }

  /** @param size Undefined if the attachments could not be read. */
  set(position: number, digest: Buffer, size: number | undefined): void {
    digest.copy(this.#digests, position * DIGEST_BYTES);
    this.#sizes[position] = size ?? FAILED;
  }

  /** Size of a record's attachments; undefined if they could not be read. */
  size(position: number): number | undefined {
    const size = this.#sizes[position]!;
    return size === FAILED ? undefined : size;
  }

  matches(position: number, digest: Buffer): boolean {
    return this.digest(position).equals(digest);
  }

  digest(position: number): Buffer {
    return this.#digests.subarray(position * DIGEST_BYTES, (position + 1) * DIGEST_BYTES);
  }

  /** The digest over all records, their size, and the number of records whose attachments could not be read. */
  total(): { readonly digest: string; readonly bytes: number; readonly failed: number } {
    const digest = `sha256:${createHash('sha256').update(this.#digests).digest('hex')}`;
    let [bytes, failed] = [0, 0];
    for (const size of this.#sizes) {
      if (size === FAILED) failed += 1;
      else bytes += size;
    }
    return { digest, bytes, failed };
  }

  /** All digests, then all sizes in 4 bytes each, little endian. */
  toBytes(): Buffer {
    const sizes = Buffer.alloc(this.#sizes.length * SIZE_BYTES);
    for (const [index, size] of this.#sizes.entries()) {
      sizes.writeUInt32LE(size, index * SIZE_BYTES);
    }
    return Buffer.concat([this.#digests, sizes]);
  }

  /** Takes over what `toBytes` gave. A table of another length is ignored, which its digest shows. */
  fill(given: Uint8Array): void {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
    const { length } = this.#digests;
    if (bytes.length !== length + this.#sizes.length * SIZE_BYTES) return;
    bytes.copy(this.#digests, 0, 0, length);
    for (let index = 0; index < this.#sizes.length; index += 1) {
      this.#sizes[index] = bytes.readUInt32LE(length + index * SIZE_BYTES);
    }
  }
}
