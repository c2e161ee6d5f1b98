/** A kind of statement that is made by other tools and known to the commands. */
export interface PredicateKind {
  /** Its name for `--predicate-type`. */
  readonly name: 'cyclonedx' | 'spdx' | 'slsa';
  /** The predicate type under which it is signed here. */
  readonly predicateType: string;
  /** Common prefix of the predicate types of all its versions. */
  readonly prefix: string;
  /** Media types under which it is attached without a signature; undefined if it never is. */
  readonly mediaType: RegExp | undefined;
  /** True for a file of this kind. */
  readonly matches: (value: Readonly<Record<string, unknown>>) => boolean;
}

export const PREDICATE_KINDS: readonly PredicateKind[] = [
  {
    name: 'cyclonedx',
    predicateType: 'https://cyclonedx.org/bom',
    prefix: 'https://cyclonedx.org/bom',
    mediaType: /cyclonedx/,
    matches: (value) => value['bomFormat'] === 'CycloneDX',
  },
  {
    name: 'spdx',
    predicateType: 'https://spdx.dev/Document',
    prefix: 'https://spdx.dev/Document',
    mediaType: /spdx/,
    matches: (value) => typeof value['spdxVersion'] === 'string',
  },
  {
    name: 'slsa',
    predicateType: 'https://slsa.dev/provenance/v1',
    prefix: 'https://slsa.dev/provenance/',
    mediaType: undefined,
    matches: (value) =>
      Object.hasOwn(value, 'buildDefinition') && Object.hasOwn(value, 'runDetails'),
  },
];

/** The kind for a predicate type, of any version. */
export function kindOfType(predicateType: string): PredicateKind | undefined {
  return PREDICATE_KINDS.find(({ prefix }) => predicateType.startsWith(prefix));
}

/** The kind for an attachment, by its media type. */
export function kindOfMediaType(mediaType: string): PredicateKind | undefined {
  return PREDICATE_KINDS.find((kind) => kind.mediaType?.test(mediaType));
}
