/** A kind of statement that other tools make, and that the commands know. */
export interface PredicateKind {
  /** What `--predicate-type` calls it. */
  readonly name: 'cyclonedx' | 'spdx' | 'slsa';
  /** As what it is signed here. */
  readonly predicateType: string;
  /** What the predicate types of all its versions begin with. */
  readonly prefix: string;
  /** Media types under which it is attached without a signature; undefined if it never is. */
  readonly mediaType: RegExp | undefined;
  /** True of a file of this kind. */
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

/** The kind of a predicate type of any version. */
export function kindOfType(predicateType: string): PredicateKind | undefined {
  return PREDICATE_KINDS.find(({ prefix }) => predicateType.startsWith(prefix));
}

/** The kind of what is attached under a media type. */
export function kindOfMediaType(mediaType: string): PredicateKind | undefined {
  return PREDICATE_KINDS.find((kind) => kind.mediaType?.test(mediaType));
}
