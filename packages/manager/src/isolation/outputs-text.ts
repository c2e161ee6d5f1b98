const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * All outputs as one text, since decoding has a high fixed cost; undefined if a character may take several bytes, so that an output
 * cannot be cut out of it.
 */
export function outputsText(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return text.length === bytes.length ? text : undefined;
  } catch {
    // One of them is not UTF-8, or cannot be decoded: the reader reports it.
    return undefined;
  }
}
