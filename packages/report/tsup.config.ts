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
  // The page's scripts are files of their own, which scripts/build-page.mjs makes.
  external: ['#page', '#page-with-plugins'],
});
