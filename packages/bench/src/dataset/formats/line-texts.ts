const LINE_FEED = '\n';
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes many lines at once, since decoding has a high fixed cost: in UTF-8 no other character contains the byte of a line feed.
 *
 * @returns The texts of the lines; undefined if they are not UTF-8, so that each must be decoded separately to find the bad ones.
 */
export function lineTexts(bytes: Uint8Array): string[] | undefined {
  try {
    return decoder.decode(bytes).split(LINE_FEED);
  } catch {
    return undefined;
  }
}
