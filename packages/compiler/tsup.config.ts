import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/ast.ts'],
  format: 'esm',
  splitting: true,
  minify: true,
  clean: true,
  // This is the purpose of the package: installed separately, they take six times as much space.
  noExternal: ['assemblyscript', 'binaryen', 'long'],
});
