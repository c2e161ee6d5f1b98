/** Encodes for the host. Unpaired surrogates become U+FFFD: they have no UTF-8 form. */
export function encodeUtf8(text: string): ArrayBuffer {
  return String.UTF8.encode(text, false, String.UTF8.ErrorMode.REPLACE);
}

/** Address of a buffer's first byte, for a host function. The buffer must outlive the call. */
export function addressOf(buffer: ArrayBuffer): usize {
  return changetype<usize>(buffer);
}
