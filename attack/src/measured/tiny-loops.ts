// Runs a hot loop followed by many small loops, then waits for the engine's own threads: tiny-loops.ts <isolation> <kind> <count>
import { type Isolation, PluginManager } from '@testbench/manager';
import { CallError, LoadError } from '@testbench/types/errors';

import { TINY_LOOPS, type TinyLoop } from '../modules/tiny-loops.ts';

const [, , isolation, kind, count] = process.argv;
const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms));
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let outcome = 'ok';
const manager = new PluginManager({ isolation: isolation as Isolation });
try {
  await manager.load(TINY_LOOPS[kind as TinyLoop](Number(count)), { id: 'attacker' });
  await manager.execute('attacker', { data: null });
  await manager.unload('attacker');
} catch (error) {
  if (!(error instanceof LoadError || error instanceof CallError)) throw error;
  outcome = error.code;
}
await manager.close();
// Background compilation continues after the call and after unloading, and delays the end of the process.
for (let quiet = 0; quiet < 3;) {
  const before = cpuMs();
  await pause(100);
  quiet = cpuMs() - before < 20 ? quiet + 1 : 0;
}
console.log(JSON.stringify({ outcome }));
