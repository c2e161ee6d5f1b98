import semver from 'semver';

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${PART}(?:/${PART})*$`);
/** The syntax of registries. */
const MAX_LENGTH = 255;

/** True if this may be the name of a plugin in a registry: `exact-match`, `team/exact-match`. */
export function isPluginName(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_LENGTH && NAME.test(text);
}

/** `team` of `team/exact-match`; `''` of a name without one. */
export function namespaceOf(name: string): string {
  const slash = name.indexOf('/');
  return slash === -1 ? '' : name.slice(0, slash);
}

/**
 * True if a plugin with this own name may be kept under that name in a registry: `@team/x` or `x` under `team/x`.
 *
 * @example
 * ```ts
 * import { isNamedAs } from '@testbench/registry/install';
 *
 * isNamedAs('exact-match', 'team/exact-match'); // => true
 * isNamedAs('other/exact-match', 'team/exact-match'); // => false
 * ```
 */
export function isNamedAs(own: string, name: string): boolean {
  const plain = own.toLowerCase().replace(/^@/, '');
  return plain === name || plain === name.slice(name.lastIndexOf('/') + 1);
}

/** True if a version is in a range; prereleases count only where the range names one. */
export function satisfiesRange(version: string, range: string): boolean {
  return semver.satisfies(version, range);
}
