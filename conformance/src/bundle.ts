import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/**
 * Bundles a file and everything it imports into one minified script.
 *
 * @param external Packages that remain imports.
 * @param conditions How packages of the workspace are found: from their sources, or as published.
 * @param platform `browser` if the bundle contains external packages that differ there.
 */
export async function bundle(
  url: URL,
  external: readonly string[] = [],
  conditions: readonly string[] = ['@testbench/source'],
  platform: 'neutral' | 'browser' = 'neutral',
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(url)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform,
    conditions: [...conditions],
    external: [...external],
  });
  return outputFiles[0]!.contents;
}
