import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: [
      'src/index.ts',
      'src/opentelemetry.ts',
      'src/files.ts',
      'src/module-file.ts',
      'src/runner.ts',
    ],
    format: 'esm',
    sourcemap: true,
    clean: true,
  },
  {
    // Code for threads and child processes: one file each, since a child may read nothing else.
    entry: ['thread-main', 'process-main', 'prepare-main'].map((name) => `src/runner/${name}.ts`),
    outDir: 'dist/runner',
    format: 'esm',
    target: 'node20',
    splitting: false,
    noExternal: [/.*/],
  },
]);
