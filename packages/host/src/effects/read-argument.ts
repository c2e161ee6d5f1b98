import type { EffectArgument } from '@testbench/types/abi';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes at `index`; undefined for anything else. */
export function bytesAt(args: readonly EffectArgument[], index: number): Uint8Array | undefined {
  const value = args[index];
  return value instanceof Uint8Array ? value : undefined;
}

/** The text at `index`; undefined if it is longer than `maxBytes`, not UTF-8, or not bytes. */
export function textAt(
  args: readonly EffectArgument[],
  index: number,
  maxBytes: number,
): string | undefined {
  const bytes = bytesAt(args, index);
  if (bytes === undefined || bytes.length > maxBytes) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The number at `index` as the size of a buffer; 0 for anything else. */
export function sizeAt(args: readonly EffectArgument[], index: number): number {
  const value = args[index];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
