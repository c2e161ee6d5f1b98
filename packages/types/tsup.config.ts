import { defineConfig } from 'tsup';

export default defineConfig({
  // `index` has everything. The others divide it into chunks, so that bundlers leave out what is not used: they drop whole
  // files, and cannot judge every table and expression in one.
  entry: {
    index: 'src/index.ts',
    rest: 'src/index.ts',
    errors: 'src/errors/plugin-error.ts',
    config: 'src/config/read-options.ts',
    metering: 'src/metadata/metering-mode.ts',
  },
  format: 'esm',
  splitting: true,
  sourcemap: true,
  clean: true,
});
