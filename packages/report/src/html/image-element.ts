/** Id of the element that holds the image of a digest. */
export function imageElement(digest: string): string {
  return `image-${digest.replace(/^sha256:/, '')}`;
}
