/**
 * The same two metrics in every language for plugins: they must agree on each pair, and a table shows what each language costs.
 *
 * `pnpm -C benchmarks languages`; `-- --short` measures less, but still compares 300 pairs.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { PluginSystem } from '@testbench/core';
import { createPlugin, type TemplateLanguage } from '@testbench/create-plugin';
import { buildScript } from '@testbench/script';
import { BuildError, buildPlugin } from '@testbench/sdk';
import { linkPackages } from '@testbench/test-kit/author-project';

import { languagePairs } from './language-pairs.ts';

interface Language {
  readonly name: string;
  readonly source: string;
  readonly stripTypes?: true;
  /** Template of the project in which it is built; a script needs none. */
  readonly template?: TemplateLanguage;
  /** Path of the source in that project. */
  readonly entry?: string;
}

const LANGUAGES: readonly Language[] = [
  { name: 'C', source: 'metric.c', template: 'c', entry: 'src/plugin.c' },
  { name: 'Rust', source: 'metric.rs', template: 'rust', entry: 'src/lib.rs' },
  {
    name: 'AssemblyScript',
    source: 'assembly/metric.ts',
    template: 'assemblyscript',
    entry: 'assembly/index.ts',
  },
  { name: 'TypeScript', source: 'metric.ts' },
  { name: 'JavaScript', source: 'metric.ts', stripTypes: true },
  { name: 'Python', source: 'metric.py' },
];
const PAIRS = 300;
const short = process.argv.includes('--short');
const sources = fileURLToPath(new URL('../languages/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'testbench-languages-'));
interface Row {
  readonly 'module, kB': number;
  readonly 'compressed, kB': number;
  readonly 'load, ms': number;
  readonly 'ms a call of 1 kB': number;
  readonly 'fuel of it': string;
  readonly metering: string;
}

let failed = false;
try {
  const table: Record<string, Row> = {};
  const pairs = languagePairs(PAIRS);
  let reference: readonly string[] | undefined;
  for (const language of LANGUAGES) {
    const bytes = await build(language);
    if (bytes === undefined) continue;
    const { outcomes, row } = await measure(bytes, pairs);
    table[language.name] = row;
    reference ??= outcomes;
    const differing = outcomes.flatMap((outcome, index) =>
      outcome === reference![index] ? [] : [index],
    );
    if (differing.length === 0) continue;
    failed = true;
    const [first] = differing;
    console.log(
      `${language.name} differs on ${differing.length} of ${PAIRS} pairs, first ${JSON.stringify(pairs[first!])}: ${outcomes[first!]}, expected ${reference[first!]}`,
    );
  }
  console.table(table);
  const names = Object.keys(table);
  console.log(`${names.length} languages ${failed ? 'do not agree' : `agree on ${PAIRS} pairs`}`);
  if (names.length < 2) failed = true;
} finally {
  rmSync(scratch, { recursive: true });
}
if (failed) process.exit(1);

/** The module of a language; undefined where this machine has no compiler for it. */
async function build({
  name,
  source,
  stripTypes,
  template,
  entry,
}: Language): Promise<Uint8Array | undefined> {
  if (template === undefined || entry === undefined) {
    let path = join(sources, source);
    if (stripTypes === true) {
      const text = stripTypeScriptTypes(readFileSync(path, 'utf8'));
      path = join(scratch, 'metric.js');
      writeFileSync(path, text);
    }
    return (await buildScript({ path })).bytes;
  }
  const directory = join(scratch, template);
  await createPlugin({ directory, language: template });
  linkPackages(directory);
  writeFileSync(join(directory, entry), readFileSync(join(sources, source)));
  try {
    return (await buildPlugin({ directory })).bytes;
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'BUILD_NO_COMPILER') throw error;
    console.log(`skipped: ${name}: ${error.message}`);
    return undefined;
  }
}

async function measure(
  bytes: Uint8Array,
  pairs: readonly (readonly [output: string, expected: string])[],
): Promise<{ readonly outcomes: readonly string[]; readonly row: Row }> {
  const begun = performance.now();
  await using system = new PluginSystem({
    isolation: 'inline',
    limits: { timeoutMs: 120_000, maxFuel: 100_000_000_000 },
  });
  const plugin = await system.loadPluginFromBytes('compared', bytes);
  const loadMs = performance.now() - begun;
  const outcomes: string[] = [];
  for (const [output, expected] of pairs) {
    const { data } = await plugin.execute({ output, expected });
    const { score, metrics } = data as { score: number; metrics?: { distance?: number } };
    outcomes.push(`f1 ${score}, distance ${metrics?.distance}`);
  }
  const [output, expected] = long();
  const times: number[] = [];
  let fuel = 0;
  for (let round = 0; round < (short ? 2 : 12); round += 1) {
    const started = performance.now();
    const { metadata } = await plugin.execute({ output, expected });
    times.push(performance.now() - started);
    fuel = metadata.fuelUsed ?? 0;
  }
  return {
    outcomes,
    row: {
      'module, kB': Math.round(bytes.length / 1000),
      'compressed, kB': Math.round(gzipSync(bytes).length / 1000),
      'load, ms': Math.round(loadMs),
      // The minimum: other work on the machine only adds to it.
      'ms a call of 1 kB': Number(Math.min(...times).toFixed(1)),
      'fuel of it': `${(fuel / 1e6).toFixed(1)} M`,
      metering: plugin.info.metadata.metering ?? 'coarse',
    },
  };
}

/** Two texts of 1 kB. */
function long(): readonly [string, string] {
  const [pair] = languagePairs(1, 1000);
  return pair!;
}
