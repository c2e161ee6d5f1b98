// Runs admission over real-world modules, and prints how near each comes to a cap.
//   node admission/run.ts [file.wasm …]
// They are not plugins: their imports and exports are ignored. Exit code 1 if a cap is hit that is not in EXPECTED.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type AdmissionReport, checkModule } from '@testbench/sandbox';
import { DEFAULT_LIMITS } from '@testbench/types';
import { readCustomSections } from '@testbench/wasm';

const here = fileURLToPath(new URL('..', import.meta.url));
const root = join(here, '..');

/** Refusals that are expected, and why they are right. */
const EXPECTED: Readonly<Record<string, string>> = {
  'esbuild.wasm maxSegments': 'a program of 14 MB in Go',
  'esbuild.wasm maxBranchTableLabels': 'the same',
  'pyodide.asm.wasm unreadable':
    'it exports 8,560 symbols to the modules that it links at run time',
  'onigasm.wasm maxMemoryBytes': 'it declares 150 MiB; `limits.maxMemoryBytes` is for that',
};

/** Modules of npm packages, and our own plugins in AssemblyScript, Rust and C. */
function findModules(): string[] {
  const packages = join(here, 'node_modules');
  const plugins = join(root, 'example-plugins');
  return [
    ...readdirSync(packages).flatMap((name) =>
      name.startsWith('@') && name !== '@testbench'
        ? readdirSync(join(packages, name)).map((part) => join(packages, name, part))
        : [join(packages, name)],
    ),
    ...readdirSync(plugins).map((name) => join(plugins, name, 'build')),
  ].flatMap((folder) => {
    if (!existsSync(folder) || /@testbench|platform|node_modules\/n\d/.test(folder)) return [];
    const seen = new Set<string>();
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.wasm') && !path.includes('node_modules'))
      .filter((path) => {
        // Packages hold the same module once for each bundler.
        const fresh = !seen.has(basename(path));
        seen.add(basename(path));
        return fresh;
      })
      .map((path) => join(folder, path));
  });
}

/** What compilers report about themselves, in the section that they share for it. */
function producerOf(bytes: Uint8Array): string {
  const text = readCustomSections(bytes, 'producers')
    .map((section) => new TextDecoder().decode(section))
    .join('');
  const names = ['TinyGo', 'Go cmd/compile', 'rustc', 'clang', 'AssemblyScript'];
  return names.find((name) => text.includes(name)) ?? '-';
}

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
  readonly broken: readonly string[];
}

function check(path: string): Row {
  const bytes = new Uint8Array(readFileSync(path));
  const name = path.slice(
    path.indexOf('node_modules/') > 0 ? path.indexOf('node_modules/') + 13 : root.length + 1,
  );
  const started = performance.now();
  let report: AdmissionReport;
  try {
    report = checkModule(bytes, { imports: {}, maxMemoryBytes: DEFAULT_LIMITS.maxMemoryBytes });
  } catch (error) {
    return {
      name,
      cells: [
        producerOf(bytes),
        `${(bytes.length / 1000).toFixed(0)} kB`,
        '',
        (error as Error).message,
      ],
      broken: ['unreadable'],
    };
  }
  const elapsedMs = performance.now() - started;
  // Most have one memory and one table, which is the maximum: not worth reporting.
  const nearest = report.measures
    .filter(({ rule }) => rule !== 'maxMemories' && rule !== 'maxTables')
    .map(({ rule, value, limit }) => ({ rule, share: value / limit }))
    .sort((one, other) => other.share - one.share)
    .slice(0, 3)
    .map(({ rule, share }) => `${rule} ${(share * 100).toFixed(0)} %`);
  const broken = report.violations
    .filter(({ rule }) => rule !== 'import' && rule !== 'export')
    .map(({ rule, message }) => (rule.startsWith('feature') ? rule : `${rule} (${message})`));
  return {
    name,
    cells: [
      producerOf(bytes),
      `${(bytes.length / 1000).toFixed(0)} kB`,
      `${elapsedMs.toFixed(0)} ms`,
      nearest.join(', '),
    ],
    broken,
  };
}

const given = process.argv.slice(2).filter((option) => option !== '--');
const rows = (given.length > 0 ? given : findModules()).map(check);
let failed = 0;
for (const { name, cells, broken } of rows) {
  const [producer = '', size = '', time = '', nearest = ''] = cells;
  console.log(
    `${name.slice(-48).padEnd(48)} ${producer.padEnd(15)} ${size.padStart(8)} ${time.padStart(6)}  ${nearest}`,
  );
  for (const rule of broken) {
    const reason = EXPECTED[`${basename(name)} ${rule.split(' (')[0]}`];
    if (reason === undefined) failed += 1;
    console.log(`  REFUSED by ${rule}${reason === undefined ? '' : `: ${reason}`}`);
  }
}
console.log(`\n${rows.length} modules, ${failed} refusals that nobody expected`);
process.exitCode = failed === 0 ? 0 : 1;
