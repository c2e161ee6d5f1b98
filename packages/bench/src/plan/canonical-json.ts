import canonicalize from 'canonicalize';

/**
 * Writes a JSON value in the canonical form that is used for its digest: keys sorted by their UTF-16 units, no spaces, numbers and texts as
 * ECMAScript writes them. Keys whose value is undefined are left out.
 *
 * @throws {TypeError} For values that JSON does not have: a number that is not finite, a bigint, half a character, a cycle.
 * @see https://www.rfc-editor.org/rfc/rfc8785, JSON Canonicalization Scheme
 *
 * @example
 * ```ts
 * import { canonicalJson } from '@testbench/bench';
 *
 * canonicalJson({ b: [1e21, 0.1], a: 'ü', c: undefined }); // => '{"a":"ü","b":[1e+21,0.1]}'
 * ```
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Cannot write canonical JSON: ${state}`, { cause });
  }
  if (text === undefined) throw new TypeError('Cannot write canonical JSON: there is no value');
  return text;
}
