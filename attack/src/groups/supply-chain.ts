import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Attack, insist } from '../attack.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
}

/** What the published packages take from outside the workspace; another one needs a reason, and a line here. */
const TAKEN = new Set([
  '@bomb.sh/tab',
  '@clack/prompts',
  '@handlebars/parser',
  '@noble/curves',
  '@noble/hashes',
  '@opentelemetry/api',
  '@sigstore/bundle',
  '@sigstore/protobuf-specs',
  '@sigstore/verify',
  '@stricli/core',
  'assemblyscript',
  'buffer',
  // The queue over Redis, which a reader requested instead of one of our own; its client is a peer dependency.
  'bullmq',
  'canonicalize',
  'chokidar',
  'csv-parse',
  'esbuild-wasm',
  'events',
  'hyparquet',
  'hyparquet-compressors',
  'ioredis',
  'jiti',
  'semver',
  'string-width',
  'tinyglobby',
  'undici',
  'yaml',
]);

/** Row 101. */
export const supplyChain: readonly Attack[] = [
  {
    row: 101,
    name: 'an install script of a dependency',
    modes: ['host'],
    run() {
      const [, list = ''] = /^allowBuilds:\n((?: .*\n)+)/m.exec(read('pnpm-workspace.yaml')) ?? [];
      const allowed = [...list.matchAll(/^ +(\S+): true$/gm)].map(([, name]) => name);
      insist(allowed.join() === 'esbuild', `scripts of ${allowed.join(', ')} run`);
      return 'scripts are off, but for esbuild';
    },
  },
  {
    row: 101,
    name: 'another version than the one that was looked at',
    modes: ['host'],
    run() {
      insist(existsSync(join(root, 'pnpm-lock.yaml')), 'there is no lockfile');
      const entries = [...read('pnpm-lock.yaml').matchAll(/^ {4}resolution: \{(.*)\}$/gm)];
      const loose = entries.filter(([, how = '']) => !how.startsWith('integrity: sha512-'));
      insist(entries.length > 100 && loose.length === 0, `${loose.length} have no digest`);
      insist(
        read('scripts/setup.mjs').includes('--frozen-lockfile'),
        'set-up may change the lockfile',
      );
      return `the lockfile has the digest of all ${entries.length} packages`;
    },
  },
  {
    row: 101,
    name: 'a dependency that nobody asked about',
    modes: ['host'],
    run() {
      const strange: string[] = [];
      const scripts: string[] = [];
      for (const name of readdirSync(join(root, 'packages'))) {
        const manifest = JSON.parse(read(`packages/${name}/package.json`)) as Manifest;
        for (const dependency of Object.keys(manifest.dependencies ?? {})) {
          if (!dependency.startsWith('@testbench/') && !TAKEN.has(dependency)) {
            strange.push(`${name} takes ${dependency}`);
          }
        }
        const own = Object.keys(manifest.scripts ?? {}).filter((script) =>
          /install|prepare/.test(script),
        );
        scripts.push(...own.map((script) => `${name} runs ${script}`));
      }
      insist(strange.length === 0, strange.join(', '));
      insist(scripts.length === 0, scripts.join(', '));
      return `published packages take ${TAKEN.size} from outside, and run nothing when installed`;
    },
  },
];
