import type { GuestMemory } from '@testbench/types/abi';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Bounds-checked access to a guest's memory.
 *
 * Pointers and lengths are i32 on the wire and may arrive negative; every method reads them as unsigned and
 * gives `undefined` (or false) for a range that is not entirely inside the memory.
 */
export class GuestView {
  /** Total bytes of all requested ranges; reset after charging for them. */
  touchedBytes = 0;
  #memory: GuestMemory | undefined;

  attach(memory: GuestMemory): void {
    this.#memory = memory;
  }

  /** A view of the range, valid until the guest runs again. Undefined before the memory is attached. */
  range(ptr: number, len: number): Uint8Array | undefined {
    const bytes = this.#memory?.bytes();
    const start = ptr >>> 0;
    const length = len >>> 0;
    if (bytes === undefined || start > bytes.length || length > bytes.length - start) {
      return undefined;
    }
    this.touchedBytes += length;
    return bytes.subarray(start, start + length);
  }

  /** The range as text; also undefined for bytes that are not UTF-8. */
  text(ptr: number, len: number): string | undefined {
    const range = this.range(ptr, len);
    if (range === undefined) return undefined;
    try {
      return decoder.decode(range);
    } catch {
      return undefined;
    }
  }

  /**
   * Fills a guest's buffer as the contract says: copies at most `max` bytes and returns the full length.
   *
   * @returns undefined if the buffer is not inside the memory.
   */
  fill(ptr: number, max: number, source: Uint8Array): number | undefined {
    const target = this.range(ptr, max);
    if (target === undefined) return undefined;
    target.set(source.subarray(0, target.length));
    return source.length;
  }

  /** Writes an unsigned 32-bit number, little endian. */
  writeU32(ptr: number, value: number): boolean {
    return this.#withView(ptr, 4, (view) => view.setUint32(0, value, true));
  }

  /** Writes an unsigned 64-bit number, little endian. */
  writeU64(ptr: number, value: bigint): boolean {
    return this.#withView(ptr, 8, (view) => view.setBigUint64(0, value, true));
  }

  /** Reads an unsigned 32-bit number, little endian. */
  readU32(ptr: number): number | undefined {
    const range = this.range(ptr, 4);
    return range && new DataView(range.buffer, range.byteOffset, 4).getUint32(0, true);
  }

  #withView(ptr: number, length: number, write: (view: DataView) => void): boolean {
    const range = this.range(ptr, length);
    if (range === undefined) return false;
    write(new DataView(range.buffer, range.byteOffset, length));
    return true;
  }
}

/** UTF-8 of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decodes bytes of unknown origin for display: anything that is not UTF-8 becomes U+FFFD. */
export function lenientText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
