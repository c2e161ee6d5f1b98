/** Id of the element that holds the module of a digest. */
export function pluginElement(digest: string): string {
  return `plugin-${digest.replace(/^sha256:/, '')}`;
}
