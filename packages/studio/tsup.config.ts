import { defineConfig } from 'tsup';

export default defineConfig({
  // Code that runs in a thread is a separate file, next to the bundle.
  entry: { index: 'src/index.ts', 'build-thread': 'src/author/save/build-thread.ts' },
  format: 'esm',
  sourcemap: true,
  clean: ['!assets', '!playground'],
});
