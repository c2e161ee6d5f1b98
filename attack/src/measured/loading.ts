// Loads large modules in threads or processes, and reports how long the event loop was blocked: loading.ts <isolation>
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Isolation, PluginManager } from '@testbench/manager';
import { CallError, LoadError } from '@testbench/types/errors';

import { LARGE_MODULES } from '../modules/large-modules.ts';
import { StallWatch } from '../stall-watch.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'testbench-loading-'));
const pause = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 20));
const results: unknown[] = [];
// The second time they come from the cache folder, metered.
for (const round of ['first', 'from the cache']) {
  const manager = new PluginManager({
    isolation: process.argv[2] as Isolation,
    limits: { timeoutMs: 20_000, maxFuel: 2 ** 50 },
    cacheDir,
  });
  for (const [name, make] of Object.entries(LARGE_MODULES)) {
    const bytes = make();
    await pause();
    const watch = new StallWatch();
    let outcome = 'ok';
    try {
      await manager.load(bytes, { id: name });
      await manager.execute(name, { data: null });
      await manager.unload(name);
    } catch (error) {
      if (!(error instanceof LoadError || error instanceof CallError)) throw error;
      outcome = error.code;
    }
    await pause();
    watch.stop();
    results.push({ name: `${name}, ${round}`, outcome, cpuMs: watch.cpuMs });
  }
  await manager.close();
}
rmSync(cacheDir, { recursive: true });
console.log(JSON.stringify(results));
