import { defineConfig } from 'tsup';

export default defineConfig([
  { entry: ['src/index.ts', 'src/opentelemetry.ts'], format: 'esm', sourcemap: true, clean: true },
  {
    // What runs in threads and child processes: one file each, since a child may read nothing else.
    entry: ['src/runner/thread-main.ts', 'src/runner/process-main.ts'],
    outDir: 'dist/runner',
    format: 'esm',
    target: 'node20',
    splitting: false,
    noExternal: [/.*/],
  },
]);
