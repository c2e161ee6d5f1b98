// Runs a plugin in worker threads, on platforms that have node:worker_threads. Usage: threads.mjs MODULE
import { readFileSync } from 'node:fs';

import { PluginManager } from '@testbench/manager';

const bytes = new Uint8Array(readFileSync(process.argv[2]));
const short = { data: { output: 'Paris', expected: 'Paris' } };
const text = 'All work and no play makes Jack a dull boy. '.repeat(20_000);
const long = { data: { output: text, expected: text } };

const manager = new PluginManager({ isolation: 'thread', limits: { maxFuel: 2 ** 50 } });
const findings = [];
const see = async (check, expected, call) => {
  const value = await call().catch((error) => error.code ?? String(error));
  findings.push({ check: `threads: ${check}`, value, ok: value === expected });
};
const score = async (input, options) =>
  JSON.stringify((await manager.execute('exact-match', input, options)).data);

await see('load', 'exact-match', async () => (await manager.load(bytes)).id);
await see('call', '{"score":1}', () => score(short));
await see('fuel', 'CALL_FUEL_EXHAUSTED', () => score(long, { maxFuel: 1000 }));
await see('deadline', 'CALL_DEADLINE_EXCEEDED', () => score(long, { timeoutMs: 1 }));
await see('calls at a time', '{"score":1}'.repeat(8), async () => {
  const calls = Array.from({ length: 8 }, () => score(short));
  return (await Promise.all(calls)).join('');
});
await see('a process, where it can be hardened', 'as it should be', async () => {
  const isBare = process.versions.bun !== undefined || process.versions.deno !== undefined;
  const loaded = manager.load(bytes, { id: 'child', isolation: 'process' });
  const outcome = await loaded.then(
    () => 'loaded',
    (error) => error.code,
  );
  return outcome === (isBare ? 'LOAD_UNSUPPORTED' : 'loaded') ? 'as it should be' : outcome;
});
await manager.close();
console.log(`@@findings ${JSON.stringify(findings)}`);
