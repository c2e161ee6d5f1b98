import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    catalogue: 'src/catalogue/index.ts',
    index: 'src/index.ts',
    inspect: 'src/inspect.ts',
    install: 'src/install/index.ts',
    stores: 'src/stores/index.ts',
  },
  format: 'esm',
  sourcemap: true,
  clean: true,
});
