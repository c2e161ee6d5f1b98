import { MAX_TARGET_CHARACTERS } from './limits.js';

/**
 * The path and the query of a request's target; undefined for an absolute or an overlong one.
 *
 * Not parsed by `new URL`, which would interpret `..` and other hosts: a path that a server does not know is not found.
 *
 * @example
 * ```ts
 * import { splitTarget } from '@testbench/http-server';
 *
 * splitTarget('/runs/../etc?a=1')?.path; // => '/runs/../etc'
 * splitTarget('http://evil.example/'); // => undefined
 * ```
 */
export function splitTarget(
  target: string,
): { readonly path: string; readonly query: URLSearchParams } | undefined {
  if (!target.startsWith('/') || target.length > MAX_TARGET_CHARACTERS) return undefined;
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  return {
    path,
    query: new URLSearchParams(question === -1 ? '' : target.slice(question + 1)),
  };
}
