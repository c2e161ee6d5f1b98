import { StoreError } from '../errors/store-error.js';

/** Longer texts are not references: names have at most 255 characters. */
const MAX_REFERENCE_LENGTH = 1024;

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REPOSITORY = `${PART}(?:/${PART})*`;
/** Without a range, only texts that cannot be a file name: no dot, no slash. */
const BARE_NAME = /^[a-z0-9][a-z0-9-]{0,127}$/;
const RANGED_NAME = new RegExp(`^(?<name>${REPOSITORY})@(?<range>[^@/\\\\:]+)$`);
const OCI = new RegExp(
  '^oci://(?<host>(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:.]+\\])(?::[0-9]{1,5})?)' +
    `/(?<name>${REPOSITORY})(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<at>[^@/]+))?$`,
);
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A file on this machine. */
export interface PathReference {
  readonly kind: 'path';
  readonly path: string;
}

/** A plugin by name: the host's store decides where it comes from. */
export interface NameReference {
  readonly kind: 'name';
  readonly name: string;
  /** A semver range. @default any version */
  readonly range?: string;
}

/** An artifact in a registry. Tag, range and digest may be given; a digest takes precedence. */
export interface OciReference {
  readonly kind: 'oci';
  /** Host in lower case, with its port if there is one. */
  readonly host: string;
  /** Name of the repository, without the host. */
  readonly name: string;
  readonly tag?: string;
  /** A semver range. @default any version */
  readonly range?: string;
  /** `sha256:` and the hex digest of the manifest. */
  readonly digest?: string;
}

/** What a text names: a file, a plugin by name, or an artifact in a registry. */
export type PluginReference = PathReference | NameReference | OciReference;

/**
 * Reads a reference to a plugin: `./a.wasm`, `exact-match`, `exact-match@^1.2`, `team/exact-match@1.x`,
 * `oci://host/team/exact-match:1.2.0`, `oci://host/exact-match@sha256:…` or `oci://host/exact-match@^1.2`.
 *
 * Anything else is a path, as is everything that ends in `.wasm`. A range is not checked here.
 *
 * @throws {StoreError} `STORE_INVALID_REFERENCE` for a text that begins with `oci://` and is not a reference, and for one of more than 1,024 characters.
 *
 * @example
 * ```ts
 * import { parseReference } from '@testbench/types/stores';
 *
 * parseReference('exact-match@^1.2'); // => { kind: 'name', name: 'exact-match', range: '^1.2' }
 * parseReference('./exact-match.wasm'); // => { kind: 'path', path: './exact-match.wasm' }
 * parseReference('oci://localhost:5000/exact-match:1.2.0');
 * // => { kind: 'oci', host: 'localhost:5000', name: 'exact-match', tag: '1.2.0' }
 * ```
 */
export function parseReference(text: string): PluginReference {
  if (text.startsWith('oci://')) return parseOciReference(text);
  if (text.endsWith('.wasm') || text.length > MAX_REFERENCE_LENGTH) {
    return { kind: 'path', path: text };
  }
  if (BARE_NAME.test(text)) return { kind: 'name', name: text };
  const { name, range } = RANGED_NAME.exec(text)?.groups ?? {};
  if (name !== undefined && range !== undefined) return { kind: 'name', name, range };
  return { kind: 'path', path: text };
}

function parseOciReference(text: string): OciReference {
  const groups = text.length > MAX_REFERENCE_LENGTH ? undefined : OCI.exec(text)?.groups;
  const { host, name, tag, at } = groups ?? {};
  if (host === undefined || name === undefined || name.length > 255) throw invalid(text);
  const isDigest = at?.includes(':') === true;
  if (isDigest && !DIGEST.test(at)) throw invalid(text);
  // A tag together with a range would be ambiguous: a tag may be moved.
  if (!isDigest && at !== undefined && tag !== undefined) throw invalid(text);
  return {
    kind: 'oci',
    host: host.toLowerCase(),
    name,
    ...(tag === undefined ? {} : { tag }),
    ...(at === undefined ? {} : isDigest ? { digest: at } : { range: at }),
  };
}

function invalid(text: string): StoreError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new StoreError(
    'STORE_INVALID_REFERENCE',
    `Cannot read the reference ${JSON.stringify(withoutUser(shown))}: expected oci://host/name, ` +
      'followed by :tag, @range or @sha256: and 64 hex digits',
  );
}

/** The host may be preceded by a password. */
function withoutUser(text: string): string {
  return text.replace(/^(oci:\/\/)[^/]*@(?!sha256:)/, '$1…@');
}

/**
 * Writes a reference as {@link parseReference} reads it.
 *
 * @example
 * ```ts
 * import { formatReference } from '@testbench/types/stores';
 *
 * formatReference({ kind: 'oci', host: 'localhost:5000', name: 'exact-match', tag: '1.2.0' });
 * // => 'oci://localhost:5000/exact-match:1.2.0'
 * ```
 */
export function formatReference(reference: PluginReference): string {
  if (reference.kind === 'path') return reference.path;
  const { name, range } = reference;
  if (reference.kind === 'name') return range === undefined ? name : `${name}@${range}`;
  const { host, tag, digest = range } = reference;
  return `oci://${host}/${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
