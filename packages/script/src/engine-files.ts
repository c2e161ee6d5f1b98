import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Next to the folder of this file, in both sources and build.
const read = (name: string): Buffer<ArrayBuffer> =>
  readFileSync(new URL(`../build/${name}`, import.meta.url));

/** The parts of every script besides its author's code, as this package's build made them. */
export interface EngineFiles {
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
  /** Code that evaluates to `guest`. */
  readonly guest: string;
  /** Hex digest of everything: another engine makes other plugins. */
  readonly digest: string;
}

let loaded: EngineFiles | undefined;

/** Reads the engine once. */
export function engineFiles(): EngineFiles {
  if (loaded !== undefined) return loaded;
  const bytes = read('engine.wasm');
  const guest = read('guest.js');
  const digest = createHash('sha256').update(bytes).update(guest);
  loaded = {
    bytes,
    module: new WebAssembly.Module(bytes),
    guest: guest.toString('utf8'),
    digest: digest.digest('hex'),
  };
  return loaded;
}
