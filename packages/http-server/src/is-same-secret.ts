import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares a secret with what a client sent.
 *
 * Hashes are compared: they have equal length, as the comparison requires, and its timing reveals nothing about the text.
 *
 * @example
 * ```ts
 * import { isSameSecret } from '@testbench/http-server';
 *
 * isSameSecret('open sesame', 'open sesame'); // => true
 * isSameSecret('open sesame', 'open'); // => false
 * ```
 */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
