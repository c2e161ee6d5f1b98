import { defineConfig } from 'tsup';

export default defineConfig({
  // What runs in a process is a file of its own.
  entry: {
    index: 'src/index.ts',
    aggregate: 'src/aggregate/index.ts',
    analytics: 'src/analytics/index.ts',
    attest: 'src/attest/index.ts',
    calls: 'src/calls.ts',
    dataset: 'src/dataset/index.ts',
    import: 'src/import/index.ts',
    judging: 'src/judging/index.ts',
    results: 'src/results/index.ts',
    shards: 'src/shards/index.ts',
    statistics: 'src/statistics/index.ts',
    'parquet-child': 'src/dataset/formats/parquet-child.ts',
  },
  format: 'esm',
  sourcemap: true,
  clean: true,
});
