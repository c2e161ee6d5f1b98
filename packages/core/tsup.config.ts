import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'tsup';

const BROWSER = fileURLToPath(new URL('src/browser/', import.meta.url));

/** Replacements for modules of Node and its network in a browser. Others are empty, and nothing of them may remain. */
const MODULES = new Set([
  'node:crypto',
  'node:events',
  'node:os',
  'node:stream',
  'node:timers/promises',
  'node:util',
  'undici',
]);

export default defineConfig([
  {
    entry: [
      'src/index.ts',
      'src/analytics/index.ts',
      'src/files/index.ts',
      'src/module-file.ts',
      'src/runner.ts',
    ],
    format: 'esm',
    sourcemap: true,
    clean: ['!browser.js'],
  },
  {
    // One file with the manager, the host and everything below them, except `types`, whose errors a page may import from there, too.
    entry: { browser: 'src/browser/index.ts' },
    format: 'esm',
    platform: 'browser',
    removeNodeProtocol: false,
    // The sources of the other packages are in those packages.
    sourcemap: false,
    splitting: false,
    noExternal: [/^@testbench\/(?!types$)/],
    inject: [`${BROWSER}globals.ts`],
    esbuildOptions(options) {
      options.conditions = ['@testbench/source'];
    },
    esbuildPlugins: [
      {
        name: 'browser',
        setup(build) {
          build.initialOptions.metafile = true;
          build.onResolve({ filter: /^(?:node:|undici$)/ }, ({ path, importer }) => {
            // A replacement imports the functions that it lacks.
            const isAbsent = importer.startsWith(BROWSER) || !MODULES.has(path);
            if (isAbsent) return { path, namespace: 'absent', sideEffects: false };
            const file = `${path.replaceAll(/[:/]/g, '-')}.ts`;
            return { path: `${BROWSER}modules/${file}`, sideEffects: false };
          });
          build.onLoad({ filter: /^/, namespace: 'absent' }, () => ({
            contents: 'module.exports = {};',
          }));
          // `x.browser.ts` replaces `x.ts` in the same folder.
          build.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, importer }) => {
            const file = join(dirname(importer), path.replace(/\.js$/, '.browser.ts'));
            return existsSync(file) ? { path: file, sideEffects: false } : undefined;
          });
          build.onEnd(({ metafile }) => {
            const outputs = Object.values(metafile?.outputs ?? {});
            const left = outputs
              .flatMap(({ inputs }) => Object.entries(inputs))
              .filter(
                ([path, { bytesInOutput }]) => path.startsWith('absent:') && bytesInOutput > 0,
              )
              .map(([path]) => path.slice('absent:'.length));
            if (left.length === 0) return undefined;
            return { errors: [{ text: `Cannot run in a browser: ${left.join(', ')}` }] };
          });
        },
      },
    ],
  },
]);
