import { fileURLToPath } from 'node:url';

import { build } from 'esbuild-wasm';

/** Bundles a file and all that it imports, `external` packages aside, into one minified script. */
export async function bundle(url: URL, external: readonly string[] = []): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(url)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    conditions: ['@testbench/source'],
    external: [...external],
  });
  return outputFiles[0]!.contents;
}
