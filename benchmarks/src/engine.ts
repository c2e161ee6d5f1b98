// Prints P3-P6 and P8-P11 of the engine next to its peers, from one run; see README.md.
//   node src/engine.ts [--short] [--part NAME]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { PluginManager } from '@testbench/manager';

import {
  emitting,
  noop,
  openExtism,
  openFloor,
  openTestbench,
  openWapc,
  type Peer,
} from './engine-peers.ts';
import { endlessLoops } from './endless-loops.ts';
import { reportFigure } from './figures.ts';
import { cpuMs, median } from './statistics.ts';
import { meets, targetText, type TargetName } from './targets.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: { short: { type: 'boolean', default: false }, part: { type: 'string' } },
});
const ROUNDS = values.short ? 3 : 9;
const BUDGET_MS = values.short ? 40 : 150;
/** Time limits of endless loops. */
const TIMEOUTS_MS = [10, 20, 50, 100];
const SIZES = [
  ['P3', 100, '100 B'],
  ['P4 64 kB', 65_536, '64 kB'],
  ['P4 1 MB', 1_048_576, '1 MB'],
] as const;

/** `{"output":"x…"}`, about `bytes` long. */
const payload = (bytes: number): unknown => ({ output: 'x'.repeat(Math.max(bytes - 13, 1)) });

/**
 * A clock in milliseconds. Work on the caller's thread is measured in CPU time of the process, since other work on the machine lengthens wall
 * time; what crosses to another thread or process in wall time, since waking it is part of it.
 */
type Clock = () => number;
const wallClock: Clock = () => performance.now();

/** Median microseconds of a call for each peer; they take turns, so a slowdown of the machine affects all of them. */
async function compare(
  peers: readonly Peer[],
  data: unknown,
  clock: Clock,
): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  // Until the optimising compiler has taken over.
  for (let turn = 0; turn < 4; turn += 1) {
    for (const peer of peers) await timeCalls(peer, data, clock);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const peer of peers) times.get(peer.name)!.push(await timeCalls(peer, data, clock));
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

async function timeCalls({ call }: Peer, data: unknown, clock: Clock): Promise<number> {
  const start = clock();
  let calls = 0;
  let now = start;
  while (now - start < BUDGET_MS) {
    for (let batch = 0; batch < 8; batch += 1) await call(data);
    calls += 8;
    now = clock();
  }
  return ((now - start) / calls) * 1000;
}

function line(
  id: string,
  what: string,
  measured: string,
  target: string,
  met: boolean | undefined,
): void {
  const verdict = met === undefined ? '' : met ? 'yes' : 'no';
  console.log(
    `${id.padEnd(4)} ${what.padEnd(58)} ${measured.padStart(14)} ${target.padStart(12)}  ${verdict}`.trimEnd(),
  );
}

/** A line for a figure that has a target. */
function judge(
  name: TargetName,
  what: string,
  value: number,
  measured: string,
  peers?: Readonly<Record<string, number>>,
): void {
  const target = reportFigure(name, value, peers);
  line(name.split(' ')[0]!, what, measured, targetText(target), meets(target, value));
}

const us = (value: number): string => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} us`;
const gc = (globalThis as { gc?: () => void }).gc ?? ((): void => {});
const rssMb = (): number => process.memoryUsage.rss() / 2 ** 20;

/** P5: throughput of batches. */
async function batches(): Promise<void> {
  const rateOf: number[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    const manager = new PluginManager({
      isolation: 'thread',
      maxThreads: threads === 1 ? 1 : threads + 1,
    });
    await manager.load(noop);
    const inputs = Array.from({ length: 4096 }, () => ({ data: payload(1000) }));
    // As long as the engine needs to optimise both ends.
    for (let turn = 0; turn < 25; turn += 1) await manager.executeBatch('noop', inputs);
    const rates: number[] = [];
    const costs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now();
      const startCpu = cpuMs();
      await manager.executeBatch('noop', inputs);
      rates.push(inputs.length / ((performance.now() - start) / 1000));
      costs.push(((cpuMs() - startCpu) / inputs.length) * 1000);
    }
    const rate = median(rates);
    rateOf.push(rate);
    const cost = median(costs);
    const free = (availableParallelism() / cost) * 1e6;
    const paid = `the same: CPU time of all threads; with it, free processors do ${free.toFixed(0)}`;
    line('P5', paid, us(cost), '', undefined);
    const what = `calls of 1 kB a second, batches, ${threads} thread${threads === 1 ? '' : 's'}`;
    if (threads === 1) line('P5', what, rate.toFixed(0), '', undefined);
    else judge('P5 rate', what, rate, rate.toFixed(0));
    await manager.close();
  }
  const [one, all] = rateOf;
  if (all === undefined) return;
  const scaling = all / one! / availableParallelism();
  judge('P5 scaling', 'all threads / one thread, per thread', scaling, scaling.toFixed(2));
}

/** P8: memory of loaded plugins. */
async function loadedMemory(): Promise<void> {
  gc();
  const before = rssMb();
  const manager = new PluginManager({ isolation: 'inline', maxLoadedPlugins: 1000 });
  const count = values.short ? 200 : 1000;
  for (let index = 0; index < count; index += 1) await manager.load(noop, { id: `p${index}` });
  gc();
  const each = (rssMb() - before) / count;
  const what = `resident memory of each of ${count} loaded plugins`;
  judge('P8 plugin', what, each, `${each.toFixed(3)} MB`);
  await manager.close();
}

/** P11: calls that wait, on one thread, in a separate process. */
async function waitingCalls(): Promise<void> {
  const count = values.short ? 1000 : 10_000;
  const directory = mkdtempSync(join(tmpdir(), 'testbench-benchmark-'));
  const module = join(directory, 'emitting.wasm');
  writeFileSync(module, emitting);
  const script = fileURLToPath(new URL('engine-waiting.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [script, String(count), module], {
    encoding: 'utf8',
  });
  rmSync(directory, { recursive: true });
  const seen = JSON.parse(output) as Record<'results' | 'before' | 'resident' | 'heap', number>;
  if (seen.results !== count)
    throw new RangeError(`Cannot measure waiting calls: ${seen.results} of ${count} ended`);
  const what = `resident memory with ${count} suspended calls (${seen.before.toFixed(0)} MB without)`;
  const measured = `${seen.resident.toFixed(0)} MB`;
  // Fewer calls show nothing of the target.
  if (values.short) line('P11', what, measured, '', undefined);
  else judge('P11', what, seen.resident, measured);
}

/** P3, P4: one call on the caller's thread. */
async function inlineCalls(): Promise<void> {
  const all = [
    openFloor(),
    await openTestbench('inline', { isolation: 'inline' }),
    await openExtism('Extism', false),
    await openWapc(),
  ];
  for (const [figure, size, label] of SIZES) {
    const [id = ''] = figure.split(' ');
    const times = await compare(all, payload(size), cpuMs);
    const floor = times.get('floor')!;
    const inline = times.get('inline')!;
    line(id, `call of ${label}: inline`, us(inline), '', undefined);
    const peers = { Extism: times.get('Extism')! / floor, waPC: times.get('waPC')! / floor };
    const what = `call of ${label}: inline / floor (${us(floor)})`;
    judge(figure, what, inline / floor, (inline / floor).toFixed(2), peers);
    line(id, `call of ${label}: Extism`, us(times.get('Extism')!), '', undefined);
    line(id, `call of ${label}: waPC`, us(times.get('waPC')!), '', undefined);
  }
  for (const peer of all) await peer.close();
}

/** P3, P4: one call into a thread or a process. */
async function remoteCalls(): Promise<void> {
  const peers = [
    await openTestbench('thread', { isolation: 'thread' }),
    await openExtism('Extism worker', true),
    await openTestbench('process', { isolation: 'process' }),
  ];
  for (const [, size, label] of SIZES) {
    const times = await compare(peers, payload(size), wallClock);
    const Extism = times.get('Extism worker')!;
    line('P4b', `call of ${label}: Extism worker`, us(Extism), '', undefined);
    for (const name of ['thread', 'process'] as const) {
      const time = times.get(name)!;
      judge(`P4b ${name}, ${label}`, `call of ${label}: ${name}`, time, us(time), { Extism });
    }
  }
  for (const peer of peers) await peer.close();
}

/** P6: loading, cold and from the directory cache. */
async function loading(): Promise<void> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'testbench-benchmark-'));
  const times: Record<'cold' | 'cached', number[]> = { cold: [], cached: [] };
  for (let round = 0; round < ROUNDS * 3; round += 1) {
    for (const kind of ['cold', 'cached'] as const) {
      const manager = new PluginManager({
        isolation: 'inline',
        ...(kind === 'cached' ? { cacheDir } : {}),
      });
      // The directory is opened once per manager, and the first plugin warms it up.
      if (kind === 'cached') await manager.load(noop, { id: 'first' });
      const start = cpuMs();
      await manager.load(noop);
      times[kind].push(cpuMs() - start);
      await manager.close();
    }
  }
  rmSync(cacheDir, { recursive: true });
  const [cold, cached] = [median(times.cold), median(times.cached)];
  judge('P6 cold', 'load of a small plugin, cold', cold, `${cold.toFixed(2)} ms`);
  const what = 'load of a small plugin, compiled before';
  judge('P6 cached', what, cached, `${cached.toFixed(2)} ms`);
}

/** P9: how late an endless loop is stopped, whatever it does. */
async function lateness(): Promise<void> {
  const loops = [...endlessLoops()];
  for (const isolation of ['inline', 'thread', 'process'] as const) {
    let worst = { loop: '', lateMs: 0 };
    let slowest = { loop: '', lateMs: 0 };
    for (const [loop, module] of loops) {
      const manager = new PluginManager({ isolation, limits: { maxFuel: 2 ** 50 } });
      await manager.load(module);
      const late: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // Not the plugin's own limit: on a busy machine loading may take longer. Some loops are slow only for a while.
        const timeoutMs = TIMEOUTS_MS[round % TIMEOUTS_MS.length]!;
        const start = performance.now();
        await manager.execute('noop', { data: null }, { timeoutMs }).catch(() => {});
        late.push(performance.now() - start - timeoutMs);
      }
      const latest = Math.max(...late);
      if (latest > worst.lateMs) worst = { loop, lateMs: latest };
      const lateMs = median(late);
      if (lateMs > slowest.lateMs) slowest = { loop, lateMs };
      await manager.close();
    }
    const what = `endless loop, ${isolation}: late by at most (${worst.loop})`;
    judge(`P9 ${isolation}`, what, worst.lateMs, `${worst.lateMs.toFixed(1)} ms`);
    // A busy machine makes single calls late, whatever they do.
    const typical = `endless loop, ${isolation}: median of the slowest (${slowest.loop})`;
    line('P9', typical, `${slowest.lateMs.toFixed(1)} ms`, '', undefined);
  }
}

/** P10: reset against keep. */
async function resetting(): Promise<void> {
  const keep = await openTestbench('keep', { isolation: 'inline' });
  const manager = new PluginManager({ isolation: 'inline' });
  await manager.load(noop, { state: 'reset' });
  const reset: Peer = {
    name: 'reset',
    call: (data) => manager.execute('noop', { data }),
    close: () => manager.close(),
  };
  const times = await compare([keep, reset], payload(100), cpuMs);
  const added = times.get('reset')! - times.get('keep')!;
  judge('P10', '"reset" over "keep", a plugin of 34 pages', added, us(added));
  await keep.close();
  await reset.close();
}

/** Each part runs in a separate process: one part must not affect how the engine optimises another. */
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  'inline-calls': inlineCalls,
  'remote-calls': remoteCalls,
  batches,
  loading,
  'loaded-memory': loadedMemory,
  lateness,
  resetting,
  'waiting-calls': waitingCalls,
};

if (values.part === undefined) {
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} processors; medians of ${ROUNDS} rounds in turns`,
  );
  line('', '', 'measured', 'target', undefined);
  const script = fileURLToPath(import.meta.url);
  const options = ['--expose-gc', '--no-warnings', script, ...(values.short ? ['--short'] : [])];
  for (const part of Object.keys(PARTS)) {
    execFileSync(process.execPath, [...options, '--part', part], { stdio: 'inherit' });
  }
} else {
  const part = PARTS[values.part];
  if (part === undefined) {
    throw new RangeError(`No such part: ${values.part}. Known: ${Object.keys(PARTS).join(', ')}`);
  }
  await part();
}
