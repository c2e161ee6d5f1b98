// Loads one module, calls it, unloads it and exits without being stopped: anything still running then belongs to the engine. Usage:
//   node compile-child.mjs <isolation> <module>
import { readFileSync } from 'node:fs';

import { PluginManager } from '@testbench/manager';

const [, , isolation, file] = process.argv;
const manager = new PluginManager({ isolation, limits: { timeoutMs: 20_000, maxFuel: 2 ** 40 } });
let end;
try {
  await manager.load(readFileSync(file), { id: 'attacker' });
  const { data } = await manager.execute('attacker', { data: null });
  end = data;
} catch (error) {
  end = error.code;
} finally {
  await manager.close();
}
process.stdout.write(String(end));
