import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { Manifest, ManifestLike, ManifestOptions, ManifestWasm } from './manifest.js';

/** A plugin's module, and what its manifest says. */
export interface ReadManifest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly options: ManifestOptions;
}

/** The longest manifest or module that is fetched, in bytes: admission takes no larger module. */
const MAX_FETCHED_BYTES = 64 * 1024 * 1024;

/**
 * Reads everything that may describe a plugin.
 *
 * @throws {TypeError} If it describes none, or one that cannot be run here: more than one module, a compiled module, a wrong hash.
 */
export async function readManifest(
  source: ManifestLike,
  fetchOne: typeof fetch,
): Promise<ReadManifest> {
  const manifest = await findManifest(source, fetchOne);
  const { wasm, ...options } = manifest;
  if (!Array.isArray(wasm)) throw unusable('"wasm" is not a list');
  const modules = wasm as readonly ManifestWasm[];
  const [only, second] = modules;
  if (only === undefined) throw unusable('"wasm" is empty');
  if (second !== undefined) {
    throw unusable(`it links ${modules.length} modules; link them into one first`);
  }
  const bytes = await readModule(only, fetchOne);
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (only.hash !== undefined && only.hash.toLowerCase() !== hash) {
    throw new TypeError(
      `Cannot use manifest: hash mismatch. Expected: ${only.hash}. Actual: ${hash}`,
    );
  }
  return { bytes, options };
}

async function findManifest(source: ManifestLike, fetchOne: typeof fetch): Promise<Manifest> {
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) {
    return { wasm: [{ data: source }] };
  }
  if (source instanceof WebAssembly.Module) return { wasm: [{ module: source }] };
  if (typeof source === 'string') {
    if (/^\s*\{/.test(source)) return parseManifest(source);
    if (!/^(?:https?|file):\/\//.test(source)) return { wasm: [{ path: source }] };
    return await findManifest(new URL(source), fetchOne);
  }
  if (source instanceof URL) {
    // A file has no type of content: its first bytes decide.
    if (source.protocol === 'file:') return sniff(own(await readFile(source)));
    return await findManifest(await fetchOne(source), fetchOne);
  }
  if (source instanceof Response) return sniff(await bodyOf(source));
  if (typeof source !== 'object' || source === null || !('wasm' in source)) {
    throw unusable('it has no "wasm"');
  }
  return source;
}

/** A module begins with a zero byte; anything else is a manifest. */
function sniff(bytes: Uint8Array<ArrayBuffer>): Manifest {
  if (bytes[0] === 0) return { wasm: [{ data: bytes }] };
  return parseManifest(new TextDecoder().decode(bytes));
}

function parseManifest(text: string): Manifest {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'wasm' in value) return value as Manifest;
  } catch (cause) {
    throw unusable('it is not JSON', cause);
  }
  throw unusable('it has no "wasm"');
}

async function readModule(
  item: ManifestWasm,
  fetchOne: typeof fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  if ('data' in item) return own(new Uint8Array(item.data));
  if ('path' in item) return own(await readFile(item.path));
  if ('response' in item) return await bodyOf(item.response);
  if ('url' in item) {
    const url = new URL(item.url);
    if (url.protocol === 'file:') return own(await readFile(url));
    return await bodyOf(
      await fetchOne(url, {
        headers: { accept: 'application/wasm;q=0.9,application/octet-stream;q=0.8' },
      }),
    );
  }
  if ('module' in item) {
    throw unusable('a compiled module has no bytes that could be checked and metered; pass "data"');
  }
  throw unusable('its module has neither "data" nor "path", "url" or "response"');
}

/** @throws {TypeError} If the server refused, or the body is too long. */
async function bodyOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) throw unusable(`the server answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_FETCHED_BYTES) throw unusable(`it is longer than ${MAX_FETCHED_BYTES} bytes`);
    parts.push(part);
  }
  return own(Buffer.concat(parts));
}

/** A copy in a buffer of its own. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function unusable(state: string, cause?: unknown): TypeError {
  return new TypeError(
    `Cannot use manifest: ${state}`,
    cause === undefined ? undefined : { cause },
  );
}
