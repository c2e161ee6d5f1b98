import { defineConfig } from 'tsup';

export default defineConfig({
  // Code that runs in a thread needs a separate file.
  entry: {
    index: 'src/index.ts',
    compile: 'src/compile/index.ts',
    'check-thread': 'src/check/check-thread.ts',
  },
  format: 'esm',
  // Users install it themselves, if they need it.
  external: ['@testbench/compiler'],
  sourcemap: true,
  clean: true,
});
