import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    runs: 'src/runs/index.ts',
    terminal: 'src/terminal/index.ts',
    components: 'src/html/page/index.ts',
  },
  format: 'esm',
  sourcemap: true,
  clean: true,
  // The page's scripts are separate files, made by scripts/build-page.mjs.
  external: ['#page', '#page-with-plugins'],
});
