/**
 * The tag of the list of attachments of a manifest, for registries without the referrers API.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#referrers-tag-schema
 */
export function referrersTag(digest: string): string {
  return digest.replace(':', '-');
}
