// Loads 50 plugins in all isolations, calls them at random for a while, injects faults, and counts the results.
//   node src/soak.ts [--seconds 60] [--plugins 50]
// Exit code 1 if a call is lost, gives a wrong answer, or fails with a wrong code, or if memory grows.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { type Isolation, PluginManager } from '@testbench/manager';

import { SOAK_PLUGINS, type SoakKind, soakModule } from './soak-plugins.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    seconds: { type: 'string', default: '60' },
    plugins: { type: 'string', default: '50' },
  },
});
const durationMs = Number(values.seconds) * 1000;
const pluginCount = Number(values.plugins);
/** Calls in flight. */
const CLIENTS = 24;
/** Resident memory may grow by this much after the first third, for pools and caches that fill up late. */
const MAX_GROWTH_MB = 100;
const ISOLATIONS: readonly Isolation[] = ['inline', 'thread', 'process'];

interface Tally {
  sent: number;
  settled: number;
  readonly outcomes: Map<string, number>;
  wrong: number;
}

/** Versions of each plugin, assembled before the clock starts: assembling would show as a stall of the event loop. */
const VERSIONS = 4;
const modules = new Map(
  SOAK_PLUGINS.map((kind) => [
    kind,
    Array.from({ length: VERSIONS }, (_, version) => soakModule(kind, version)),
  ]),
);
const moduleOf = (kind: SoakKind, version: number): Uint8Array =>
  modules.get(kind)![version % VERSIONS]!;

const manager = new PluginManager({
  limits: { timeoutMs: 100, maxFuel: 2 ** 40, maxMemoryBytes: 4 * 65_536 },
  maxConcurrentExecutions: 32,
});
const plugins: { readonly id: string; readonly kind: SoakKind; readonly isolation: Isolation }[] =
  [];
for (let index = 0; index < pluginCount; index += 1) {
  const kind = SOAK_PLUGINS[index % SOAK_PLUGINS.length]!;
  // Few processes and inline loops: each process costs 50 MB, and an inline loop blocks this thread.
  const wanted = index % 10 === 9 ? 'process' : ISOLATIONS[index % 2]!;
  const isolation = wanted === 'inline' && kind.holdsThread ? 'thread' : wanted;
  const id = `${kind.name}-${index}`;
  plugins.push({ id, kind, isolation });
  await manager.load(moduleOf(kind, 0), { id, isolation });
}
console.log(
  `${plugins.length} plugins loaded; ${values.seconds} s with ${CLIENTS} calls in flight`,
);

const tallies = new Map<Isolation, Tally>(
  ISOLATIONS.map((isolation) => [
    isolation,
    { sent: 0, settled: 0, outcomes: new Map<string, number>(), wrong: 0 },
  ]),
);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const end = performance.now() + durationMs;
let reloads = 0;
let failedReloads = 0;
let kills = 0;
let earlyRssMb = 0;
let random = 1;
/** What was returned instead of the expected outcome. */
const wrongs: string[] = [];
/** xorshift32: the same mix of calls each time. */
function draw(below: number): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % below;
}

async function client(): Promise<void> {
  while (performance.now() < end) {
    const { id, kind, isolation } = plugins[draw(plugins.length)]!;
    const tally = tallies.get(isolation)!;
    tally.sent += 1;
    let outcome = 'ok';
    let right = true;
    let found = '';
    try {
      const { data } = await manager.execute(id, { data: null });
      right = kind.outcome === 'ok' && data === 'fine';
      found = JSON.stringify(data);
    } catch (error) {
      found = String(error);
      outcome = (error as { code?: string }).code ?? String(error);
      // A killed child, and its consequences, are injected faults.
      // So is a deadline on a machine that is busy with other things: that is what limits are for.
      right =
        outcome === kind.outcome ||
        outcome === 'CALL_DEADLINE_EXCEEDED' ||
        (isolation === 'process' && /^CALL_(CRASHED|QUARANTINED)$/.test(outcome));
    }
    tally.settled += 1;
    if (!right) wrongs.push(`${id}: ${found}`);
    tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
    if (!right) tally.wrong += 1;
    // Inline calls settle without a turn of the event loop.
    await sleep(0);
  }
}

async function reloader(): Promise<void> {
  for (let version = 1; performance.now() < end; version += 1) {
    const { id, kind } = plugins[draw(plugins.length)]!;
    try {
      await manager.reload(id, moduleOf(kind, version), { drainTimeoutMs: 10_000 });
      reloads += 1;
    } catch (error) {
      // The child for the new version was killed, during its start or its health check: the old version stays.
      const { code } = error as { code?: string };
      if (code !== 'LOAD_CRASHED' && code !== 'LOAD_UNHEALTHY') throw error;
      failedReloads += 1;
    }
    await sleep(50);
  }
}

async function killer(): Promise<void> {
  while (performance.now() < end) {
    await sleep(2000);
    const children = childPids();
    const victim = children[draw(Math.max(children.length, 1))];
    if (victim === undefined) continue;
    try {
      process.kill(victim, 'SIGKILL');
      kills += 1;
    } catch {
      // It has ended by itself in the meantime.
    }
  }
}

function childPids(): number[] {
  try {
    const path = `/proc/${process.pid}/task/${process.pid}/children`;
    return readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // Not Linux: no child is killed.
    return [];
  }
}

async function watchMemory(): Promise<void> {
  await sleep(durationMs / 3);
  earlyRssMb = process.memoryUsage.rss() / 2 ** 20;
}

await Promise.all([
  ...Array.from({ length: CLIENTS }, client),
  reloader(),
  killer(),
  watchMemory(),
]);
const lateRssMb = process.memoryUsage.rss() / 2 ** 20;
delay.disable();
await manager.close();

console.log(
  `\n${'isolation'.padEnd(10)}${'sent'.padStart(9)}${'settled'.padStart(9)}${'wrong'.padStart(7)}  outcomes`,
);
let failed = false;
for (const [isolation, { sent, settled, wrong, outcomes }] of tallies) {
  const list = [...outcomes].map(([name, count]) => `${name} ${count}`).join(', ');
  console.log(
    `${isolation.padEnd(10)}${String(sent).padStart(9)}${String(settled).padStart(9)}${String(wrong).padStart(7)}  ${list}`,
  );
  failed ||= sent !== settled || wrong > 0;
}
for (const wrong of wrongs.slice(0, 20)) console.log(`wrong: ${wrong}`);
const growthMb = lateRssMb - earlyRssMb;
failed ||= growthMb > MAX_GROWTH_MB;
console.log(
  `\n${reloads} reloads, ${failedReloads} failed for a killed child, ${kills} children killed; longest stall of the event loop ${(delay.max / 1e6).toFixed(0)} ms, 99 % under ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
);
console.log(
  `resident memory ${earlyRssMb.toFixed(0)} MB after a third, ${lateRssMb.toFixed(0)} MB at the end`,
);
console.log(failed ? 'FAILED' : 'ok');
process.exitCode = failed ? 1 : 0;
