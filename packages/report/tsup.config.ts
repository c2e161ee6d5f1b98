import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    runs: 'src/runs/index.ts',
    terminal: 'src/terminal/index.ts',
  },
  format: 'esm',
  sourcemap: true,
  clean: true,
  // The page's script is a file of its own, which scripts/build-page.mjs makes.
  external: ['#page'],
});
