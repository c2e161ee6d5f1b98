import { defineConfig } from 'tsup';

export default defineConfig({
  // What runs in a thread is a file of its own.
  entry: {
    index: 'src/index.ts',
    compile: 'src/compile/index.ts',
    'check-thread': 'src/check/check-thread.ts',
  },
  format: 'esm',
  // It is what its users install themselves, if they need it.
  external: ['@testbench/compiler'],
  sourcemap: true,
  clean: true,
});
