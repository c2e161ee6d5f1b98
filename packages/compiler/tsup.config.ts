import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/ast.ts'],
  format: 'esm',
  splitting: true,
  minify: true,
  clean: true,
  // It is what this package is for: installed, they take six times as much.
  noExternal: ['assemblyscript', 'binaryen', 'long'],
});
