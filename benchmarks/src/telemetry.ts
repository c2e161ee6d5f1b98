import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { runPlan } from '@testbench/bench';
import type { RunHooks } from '@testbench/bench/shards';
import { createRunTelemetry, MetricsRegistry } from '@testbench/telemetry';

import { interleave } from './interleave.ts';

/*
 * What telemetry costs a run whose plugins do almost nothing: nothing where no provider is registered, metrics for /metrics alone, and everything that the SDK
 * of OpenTelemetry can be given, with an event for each score. Exporters keep in memory; sending comes on top.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    records: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
  },
});
const records = Number(values.records);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const plugin = (name: string): string =>
  join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);

/** Telemetry with everything that the SDK has, new for each run so that nothing accumulates. */
function withSdk(evaluations: 'all' | 'none'): RunHooks | undefined {
  const tracers = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })],
  });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  const loggers = new LoggerProvider({
    processors: [new SimpleLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() })],
  });
  return createRunTelemetry({
    tracer: tracers.getTracer('benchmark'),
    meter: meters.getMeter('benchmark'),
    logger: loggers.getLogger('benchmark'),
    evaluations,
  });
}

const WAYS: readonly (readonly [name: string, hooks: () => RunHooks | undefined])[] = [
  ['without', () => undefined],
  // No provider is registered: there are no hooks.
  ['off', () => createRunTelemetry({})],
  ['metrics for Prometheus', () => createRunTelemetry({ registry: new MetricsRegistry() })],
  ['spans and metrics', () => withSdk('none')],
  ['spans, metrics, events', () => withSdk('all')],
];

const folder = await mkdtemp(join(tmpdir(), 'testbench-bench-telemetry-'));
try {
  const lines = Array.from({ length: records }, (_, n) =>
    JSON.stringify({ input: `${n}`, expected: `${n}`, answers: { a: `${n % 3 === 0 ? n : 1}` } }),
  );
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  const config = {
    name: 'telemetry',
    dataset: { path: join(folder, 'data.jsonl') },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
  };
  const run = async (hooks: RunHooks | undefined) => {
    const before = process.cpuUsage();
    const { summary } = await runPlan(config, hooks === undefined ? {} : { hooks });
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000, checksum: JSON.stringify(summary.scores) };
  };
  // Code that is not optimized yet would count for the first.
  for (const [, hooks] of WAYS) await run(hooks());
  const found = await interleave(
    'a run',
    WAYS.map(([name, hooks]) => ({ name, run: async () => await run(hooks()) })),
    Number(values.rounds),
  );
  console.log(
    `${records} records, ${values.rounds} rounds, load ${loadavg()[0]!.toFixed(1)}; medians of processor time\n`,
  );
  for (const [name] of WAYS) {
    const more = (found.ratio(name, 'without') - 1) * 100;
    const each = (found.ms(name) * 1000) / records;
    console.log(
      `${name.padEnd(24)} ${each.toFixed(1).padStart(7)} µs a record  ${more >= 0 ? '+' : ''}${more.toFixed(1)} %`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
