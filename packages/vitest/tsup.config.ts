import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/node-test.ts', 'src/reporter.ts', 'src/scorers.ts'],
  format: 'esm',
  sourcemap: true,
  clean: true,
  // `node:test` has no name without it.
  removeNodeProtocol: false,
});
