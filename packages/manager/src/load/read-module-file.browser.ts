import { MAX_MODULE_BYTES } from '@testbench/types';
import { LoadError } from '@testbench/types/errors';

/**
 * Fetches a module from any address that the page itself may fetch from.
 *
 * @param url Absolute.
 * @param maxBytes A longer module is refused before it is fully downloaded. @default 16 MiB
 * @throws {LoadError} `LOAD_NOT_FOUND` for a response of 404 or 410; `LOAD_UNREADABLE` for any other status but 200, for a module that is too
 *   long, and if there is no response.
 */
export async function readModuleFile(
  url: string,
  maxBytes: number = MAX_MODULE_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const unreadable = (state: string, cause?: unknown): LoadError =>
    new LoadError('LOAD_UNREADABLE', `Cannot read "${url}": ${state}`, { cause });
  const abort = new AbortController();
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (response.status === 404 || response.status === 410) {
      throw new LoadError('LOAD_NOT_FOUND', `Cannot read "${url}": no such file`);
    }
    if (!response.ok) throw unreadable(`the answer is ${response.status}`);
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of chunksOf(response)) {
      length += part.length;
      if (length > maxBytes) throw unreadable(`it has more than ${maxBytes} bytes, the limit`);
      parts.push(part);
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  } catch (error) {
    throw error instanceof LoadError ? error : unreadable((error as Error).message, error);
  } finally {
    abort.abort();
  }
}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return;
  // Not every browser can iterate over a stream.
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/**
 * The absolute form of a module's address: relative to the page, or to a worker's script.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND` for a string that is not an address.
 */
export function resolveModulePath(path: string): string {
  try {
    return new URL(path, globalThis.document?.baseURI ?? globalThis.location?.href).href;
  } catch (cause) {
    throw new LoadError('LOAD_NOT_FOUND', `Cannot read "${path}": it is not a URL`, { cause });
  }
}
