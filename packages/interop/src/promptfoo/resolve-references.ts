import { ImportError } from '../errors.js';

/** Values of a configuration after its references were followed: one template may be named a thousand times. */
const MAX_VALUES = 1_000_000;

/**
 * Follows references within a document, such as `$ref: '#/assertionTemplates/short'`. Those that lead nowhere in it stay: they may belong to a
 * JSON Schema, or to another file.
 *
 * @throws {ImportError} `IMPORT_INVALID`: a reference leads to itself; `IMPORT_TOO_LARGE`.
 */
export function resolveReferences(root: unknown, file: string): unknown {
  let count = 0;
  const follow = (value: unknown, active: readonly string[]): unknown => {
    count += 1;
    if (count > MAX_VALUES) {
      const state = `with its references it has more than ${MAX_VALUES} values`;
      throw new ImportError('IMPORT_TOO_LARGE', state, { file });
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => follow(each, active));
    const { $ref: reference, ...own } = value as Readonly<Record<string, unknown>>;
    const target = typeof reference === 'string' ? find(root, reference) : undefined;
    if (target === undefined) return followAll(value, active);
    const name = reference as string;
    if (active.includes(name)) {
      throw new ImportError(
        'IMPORT_INVALID',
        `its reference ${JSON.stringify(name)} leads to itself`,
        {
          file,
        },
      );
    }
    const found = follow(target, [...active, name]);
    // What stands next to a reference has precedence over what it leads to.
    return isRecord(found) ? { ...found, ...followAll(own, active) } : found;
  };
  const followAll = (value: object, active: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, follow(each, active)]));
  return follow(root, []);
}

function find(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  const keys = reference.slice(2).split('/');
  return keys
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, key) => {
      const isThere = typeof at === 'object' && at !== null && Object.hasOwn(at, key);
      return isThere ? (at as Readonly<Record<string, unknown>>)[key] : undefined;
    }, root);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
