import { defineConfig, type Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Quick commands: what they use of our packages is bundled, so that they load nothing else. */
const QUICK =
  /[\\/]src[\\/](?:commands[\\/]inspect|render[\\/](?:describe-permissions|format-value|render-inspection)|report-error)\.ts$/;
const OURS = /^@testbench\//;

/** Marks the copies of shared files for quick commands: esbuild would put each shared file into a chunk of its own, and each chunk takes half a millisecond to load. */
const QUICK_COPY = '?quick';

/** Puts our own packages into the chunks of quick commands, and copies of the files that other commands import too; everything else stays an import. */
const bundleQuickCommands: Plugin = {
  name: 'bundle-quick-commands',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, async (found) => {
      const { path, importer, kind, resolveDir, pluginData } = found;
      if (pluginData === bundleQuickCommands || kind !== 'import-statement') return undefined;
      if (!QUICK.test(importer) && !importer.endsWith(QUICK_COPY)) return undefined;
      const result = await build.resolve(path, {
        importer,
        kind,
        resolveDir,
        pluginData: bundleQuickCommands,
      });
      return { ...result, suffix: QUICK_COPY };
    });
    build.onResolve({ filter: OURS }, ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === bundleQuickCommands) return undefined;
      const isOurs = !/[\\/]cli[\\/]src[\\/]/.test(importer);
      // Dynamic imports are for code that a command rarely needs.
      if (kind === 'import-statement' && (isOurs || QUICK.test(importer))) {
        return build.resolve(path, { importer, kind, resolveDir, pluginData: bundleQuickCommands });
      }
      return { path, external: true };
    });
  },
};

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  sourcemap: true,
  clean: true,
  noExternal: [OURS],
  esbuildPlugins: [bundleQuickCommands],
  esbuildOptions(options) {
    // Names are kept, for stack traces. Half of the text is comments, which take time to load, too.
    options.minifyWhitespace = true;
    // Our packages have no side effects, and esbuild warns for each of their chunks that it leaves it out.
    options.logOverride = { 'ignored-bare-import': 'silent' };
  },
});
