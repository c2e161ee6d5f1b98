import { defineConfig } from 'tsup';

export default defineConfig({
  // `index` has everything. The other entries divide it into chunks, so that bundlers leave out unused code: they drop whole
  // files, but cannot judge every table and expression within one.
  entry: {
    index: 'src/index.ts',
    rest: 'src/index.ts',
    'plugin-error': 'src/errors/plugin-error.ts',
    'read-options': 'src/config/read-options.ts',
    metering: 'src/metadata/metering-mode.ts',
    abi: 'src/abi/index.ts',
    aggregate: 'src/aggregate/index.ts',
    asking: 'src/asking/index.ts',
    config: 'src/config/index.ts',
    errors: 'src/errors/index.ts',
    protocols: 'src/protocol/index.ts',
    reads: 'src/reads/index.ts',
    schemas: 'src/schema/index.ts',
    'source-map': 'src/source-map/index.ts',
    stores: 'src/stores/index.ts',
    tools: 'src/tools/index.ts',
  },
  format: 'esm',
  splitting: true,
  sourcemap: true,
  clean: true,
});
