// Prints the text metrics of example-plugins, metered, next to JavaScript, from one run; see README.md.
//   node src/metrics.ts [--short] [NAME …]
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { PluginManager } from '@testbench/manager';

import { Comparison } from './interleave.ts';
import { METRICS, type MetricRow } from './metric-peers.ts';
import { type Pair, readPairs } from './metric-pairs.ts';
import { cpuMs } from './statistics.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: { short: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const ROUNDS = values.short ? 3 : 7;
/** Slow peers get fewer rounds, but at least one. */
const BUDGET_MS = values.short ? 5000 : 20_000;
const BATCH = 250;

const modulePath = (plugin: string): string =>
  fileURLToPath(new URL(`../../example-plugins/${plugin}/build/${plugin}.wasm`, import.meta.url));

interface Line {
  readonly name: string;
  readonly peer: string;
  readonly oursUs: number;
  readonly peerUs: number;
  readonly timesAsFast: number;
  readonly target: number;
  readonly met: boolean;
  /** Mean of the differences between the two results. */
  readonly difference: number;
  readonly fuel: number;
  readonly note: string | undefined;
}

/** How many pairs were joined into one. */
function joinPairs(pairs: readonly Pair[], count: number): Pair[] {
  const joined: Pair[] = [];
  for (let first = 0; first < pairs.length; first += count) {
    const group = pairs.slice(first, first + count);
    joined.push({
      output: group.map(({ output }) => output).join('\n'),
      expected: group.map(({ expected }) => expected).join('\n'),
    });
  }
  return joined;
}

async function measure(row: MetricRow, all: readonly Pair[]): Promise<Line> {
  const pairs = row.join === undefined ? all : joinPairs(all, row.join);
  const manager = new PluginManager({ isolation: 'inline' });
  await manager.load(modulePath(row.plugin), { id: 'metric', config: row.config ?? {} });
  let fuel = 0;
  const ours = async (): Promise<number[]> => {
    const results: number[] = [];
    fuel = 0;
    for (let first = 0; first < pairs.length; first += BATCH) {
      const inputs = pairs.slice(first, first + BATCH).map((data) => ({ data }));
      for (const result of await manager.executeBatch('metric', inputs)) {
        if (result.status === 'rejected') throw result.reason;
        const data = result.value.data as { score: number; metrics: Record<string, number> };
        fuel += result.value.metadata.fuelUsed;
        results.push(row.metric === undefined ? data.score : data.metrics[row.metric]!);
      }
    }
    return results;
  };
  const peer = (): number[] => pairs.map(({ output, expected }) => row.compute(output, expected));
  // Until the optimising compiler has taken over; here the results are compared, too.
  const left = await ours();
  const start = cpuMs();
  const right = peer();
  const rounds = Math.max(1, Math.min(ROUNDS, Math.floor(BUDGET_MS / (cpuMs() - start))));
  await ours();
  const times = new Map<string, number[]>([
    ['ours', []],
    ['peer', []],
  ]);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours']) {
      const begin = cpuMs();
      if (name === 'ours') await ours();
      else peer();
      times.get(name)!.push(cpuMs() - begin);
    }
  }
  await manager.close();
  const compared = new Comparison(times);
  const timesAsFast = compared.ratio('peer', 'ours');
  return {
    name: row.name,
    peer: row.peer,
    oursUs: (compared.ms('ours') * 1000) / pairs.length,
    peerUs: (compared.ms('peer') * 1000) / pairs.length,
    timesAsFast,
    target: row.target,
    met: timesAsFast >= row.target,
    difference: left.reduce((sum, value, i) => sum + Math.abs(value - right[i]!), 0) / left.length,
    fuel: fuel / pairs.length,
    note: row.note,
  };
}

const { source, pairs } = readPairs(values.short ? 2000 : 10_000);
const mean = pairs.reduce((sum, pair) => sum + pair.output.length + pair.expected.length, 0);
console.log(
  `Node ${process.versions.node}; ${pairs.length} pairs of ${source}, ${(mean / pairs.length / 2).toFixed(0)} characters a text; ` +
    `batches of ${BATCH}, CPU time, medians of up to ${ROUNDS} rounds in turns\n`,
);
console.log(
  '| metric | peer | ours, µs a pair | peer, µs | times as fast | target | met | mean difference | fuel |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
const lines: Line[] = [];
for (const row of METRICS) {
  if (positionals.length > 0 && !positionals.includes(row.plugin)) continue;
  const line = await measure(row, pairs);
  lines.push(line);
  const difference = line.difference < 1e-9 ? '0' : line.difference.toFixed(4);
  console.log(
    `| ${line.name} | ${line.peer} | ${line.oursUs.toFixed(1)} | ${line.peerUs.toFixed(1)} | ${line.timesAsFast.toFixed(2)} | ` +
      `${line.target} | ${line.met ? 'yes' : 'no'} | ${difference} | ${line.fuel.toFixed(0)} |`,
  );
}
for (const { name, note } of lines) if (note !== undefined) console.log(`\n${name}: ${note}`);
const results = fileURLToPath(new URL('../results', import.meta.url));
mkdirSync(results, { recursive: true });
writeFileSync(
  `${results}/metrics-node-${process.versions.node}.json`,
  JSON.stringify(lines, undefined, 2),
);
