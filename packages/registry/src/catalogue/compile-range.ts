import semver from 'semver';

interface Bound {
  readonly operator: semver.Comparator['operator'];
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** False if there is no prerelease: such a version is higher than one with the same numbers and a prerelease. */
  readonly isPrerelease: boolean;
}

/**
 * Compiles a range that 10,000 versions are compared with in each search: by their numbers. The library compares them as texts, at a microsecond each.
 *
 * @param text A valid range.
 */
export function compileRange(text: string): (version: semver.SemVer) => boolean {
  const range = new semver.Range(text);
  const sets = range.set.map((comparators) =>
    // A comparator without a value matches everything.
    comparators.filter(({ value }) => value !== '').map(boundOf),
  );
  return (version) => {
    // Prereleases follow a separate rule, and few versions are prereleases.
    if (version.prerelease.length > 0) return range.test(version);
    return sets.some((bounds) => bounds.every((bound) => meets(version, bound)));
  };
}

function boundOf({ operator, semver: version }: semver.Comparator): Bound {
  const { major, minor, patch, prerelease } = version;
  return { operator, major, minor, patch, isPrerelease: prerelease.length > 0 };
}

function meets({ major, minor, patch }: semver.SemVer, bound: Bound): boolean {
  const order =
    major - bound.major ||
    minor - bound.minor ||
    patch - bound.patch ||
    (bound.isPrerelease ? 1 : 0);
  switch (bound.operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return order === 0;
  }
}
