import { defineConfig } from 'tsup';

export default defineConfig({
  // What runs in a thread is a file of its own, beside the bundle.
  entry: { index: 'src/index.ts', 'build-thread': 'src/author/save/build-thread.ts' },
  format: 'esm',
  sourcemap: true,
  clean: ['!assets', '!playground'],
});
