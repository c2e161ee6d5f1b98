import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    inspect: 'src/inspect.ts',
    stores: 'src/stores/index.ts',
  },
  format: 'esm',
  sourcemap: true,
  clean: true,
});
