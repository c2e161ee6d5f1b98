// Holds calls that wait for the reader of their stream, and prints the memory used; run by engine.ts in a separate process
// and in plain JavaScript, so that the figure does not include the peers, the assembler and the TypeScript compiler. Usage: engine-waiting.mjs COUNT MODULE
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { PluginManager } from '@testbench/manager';

const count = Number(process.argv[2]);
const rssMb = () => process.memoryUsage.rss() / 2 ** 20;

const manager = new PluginManager({ isolation: 'inline', maxConcurrentExecutions: 16_384 });
await manager.load(new Uint8Array(readFileSync(process.argv[3])));
const before = rssMb();
const streams = [];
for (let index = 0; index < count; index += 1) {
  const stream = manager.executeStream('noop', { data: null });
  await stream.next();
  streams.push(stream);
}
await sleep(10);
const resident = rssMb();
const heap = process.memoryUsage().heapUsed / 2 ** 20;
let results = 0;
for (const stream of streams) {
  for await (const part of stream) if (part.type === 'result') results += 1;
}
await manager.close();
console.log(JSON.stringify({ results, before, resident, heap }));
