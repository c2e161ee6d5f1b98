import semver from 'semver';

/** Syntax of a tag. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests */
const TAG = /^\w[\w.-]{0,127}$/;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** True for an exact version as defined by semver.org, with nothing around it. */
export function isVersion(text: string): boolean {
  const parsed = semver.parse(text);
  return parsed !== null && parsed.raw === text && /^\d/.test(text);
}

/** A tag cannot contain the plus sign of build metadata; other tools also write `_` for it. */
export function versionToTag(version: string): string {
  return version.replace('+', '_');
}

/** @returns undefined for a tag that is not a version, such as `latest` or `sha256-…`. */
export function tagToVersion(tag: string): string | undefined {
  const version = tag.replace('_', '+');
  return isVersion(version) ? version : undefined;
}

/** Newest first. */
export function sortVersions(versions: Iterable<string>): string[] {
  return Array.from(versions).sort((a, b) => semver.compareBuild(b, a));
}
