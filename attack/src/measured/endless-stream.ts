// Reads a stream of empty chunks that never ends, until its time is over, then one that is ended by closing: endless-stream.ts <isolation>
import { type Isolation, PluginManager } from '@testbench/manager';
import { assemble, guestWat } from '@testbench/test-kit';
import { CallError } from '@testbench/types/errors';

import { StallWatch } from '../stall-watch.ts';

const endless = assemble(
  guestWat({
    imports: '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))',
    execute: '(loop (drop (call $emit (i32.const 4096) (i32.const 0))) (br 0)) (unreachable)',
  }),
);
const manager = new PluginManager({
  isolation: process.argv[2] as Isolation,
  limits: { maxFuel: 2 ** 50, timeoutMs: 20_000 },
});
await manager.load(endless, { id: 'attacker' });

let chunks = 0;
let code = 'none';
async function read(timeoutMs: number): Promise<void> {
  try {
    for await (const part of manager.executeStream('attacker', { data: null }, { timeoutMs })) {
      if (part.type === 'chunk') chunks += 1;
    }
  } catch (error) {
    code = error instanceof CallError ? error.code : 'raw';
  }
}

const watch = new StallWatch();
await read(2000);
watch.stop();
const ended = code;
const reading = read(20_000);
await new Promise((resolve) => setTimeout(resolve, 200));
const started = performance.now();
await manager.close();
await reading;
const closeMs = performance.now() - started;
console.log(JSON.stringify({ chunks, ended, closed: code, closeMs, stallMs: watch.cpuMs }));
