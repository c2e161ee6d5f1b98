import { existsSync, readdirSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';

import { defineConfig } from 'vitest/config';

// Every workspace folder that may hold tests is a project named after it.
const directories = [
  ...readdirSync('packages').map((name) => `packages/${name}`),
  ...['plugins-sdk', 'example-plugins', 'conformance', 'site', 'tests'].filter((name) =>
    existsSync(name),
  ),
];

/** Their tests leave nothing behind, so that files may share a worker: half the time is its start and the imports, such as a compiler. */
const sharing = new Set([
  ...[
    'types',
    'wasm',
    'metering',
    'runtime',
    'sandbox',
    'registry',
    'statistics',
    'core',
    'manager',
    'bench',
    'cli',
    'host',
    'sdk',
    'report',
    'interop',
    'trust',
    'bench-queue',
    'script',
    'registry-oci',
    'dev',
    'http-server',
    'serve',
    'vitest',
  ].map((name) => `packages/${name}`),
  'example-plugins',
  'plugins-sdk',
  'conformance',
  'tests',
]);

/** Their tests start a studio. Its page has a compiler, which takes seconds to bundle. */
const withStudio = new Set(['packages/studio', 'packages/cli']);

const conditions = ['@testbench/source', 'module', 'node', 'development|production'];
const resolve = { conditions };
const ssr = { resolve: { conditions, externalConditions: conditions } };

export default defineConfig({
  resolve,
  ssr,
  test: {
    globalSetup: 'scripts/lib/build-runners.mjs',
    // By default one core is left to others, which is half of a machine with two.
    maxWorkers: '100%',
    projects: directories.map((directory) => ({
      resolve,
      ssr,
      test: {
        name: directory.replace('packages/', ''),
        root: directory,
        isolate: !sharing.has(directory),
        globalSetup: withStudio.has(directory)
          ? resolvePath('scripts/lib/build-studio-page.mjs')
          : [],
        // By content, in node_modules: twenty projects transform the same sources, and so does the next run.
        fsModuleCache: true,
        include: ['**/*.test.ts'],
        // A busy machine is slow, in what is shared by tests too; what must be quick says so in its own assertion.
        testTimeout: 120_000,
        hookTimeout: 120_000,
        expect: { poll: { timeout: 60_000 } },
        exclude: ['**/node_modules/**', '**/dist/**', '**/build/**'],
      },
    })),
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/__fixtures__/**', '**/index.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
