/** Compresses a text with gzip, and returns the bytes in base64: no HTML parser treats its characters specially. */
export async function packText(text: string): Promise<string> {
  return await packBytes(text);
}

/** The same for bytes. */
export async function packBytes(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream('gzip'));
  return toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** The inverse of `packText`. */
export async function unpackText(base64: string): Promise<string> {
  return await unpack(base64).text();
}

/** The inverse for bytes. */
export async function unpackBytes(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await unpack(base64).arrayBuffer());
}

function unpack(base64: string): Response {
  const stream = new Blob([fromBase64(base64)])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream);
}

interface Base64Bytes {
  toBase64?(): string;
}

interface Base64Constructor {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as Base64Bytes).toBase64?.();
  if (native !== undefined) return native;
  let binary = '';
  // More arguments would not fit on the stack.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as Base64Constructor).fromBase64?.(text);
  if (native !== undefined) return native;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
