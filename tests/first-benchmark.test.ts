import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { initBenchmark, loadBenchmarkConfig, runPlan } from '@testbench/bench';
import { PluginSystem } from '@testbench/core';
import { shippedPlugins } from '@testbench/plugins';
import { afterAll, describe, expect, it } from 'vitest';

const folder = await mkdtemp(join(tmpdir(), 'testbench-first-'));
afterAll(() => rm(folder, { recursive: true }));

describe('a first benchmark', () => {
  it('is written, and runs at once', async () => {
    const [file] = await initBenchmark(folder);
    const config = await loadBenchmarkConfig(file!, {
      // In the repository they are resolved from the package, in a project from its folder.
      overrides: [`pluginsDir=${join(shippedPlugins()[0]!.path, '..')}`],
    });
    const { summary, ok } = await runPlan(config);
    expect(ok).toBe(true);
    expect(summary.records).toBe(5);
    const means = summary.scores.map(({ model, evaluator, mean }) => [model, evaluator, mean]);
    expect(means).toEqual([
      ['large', 'numeric-match', 1],
      ['large', 'exact-match', 0.2],
      ['small', 'numeric-match', 0.6],
      ['small', 'exact-match', 0],
    ]);
  });

  it('has plugins that load, each under its own name and with the digest that the manifest says', async () => {
    await using system = new PluginSystem({ isolation: 'inline' });
    for (const { name, version, type, path, digest } of shippedPlugins()) {
      const { info } = await system.loadPlugin(path).catch((error: unknown) => {
        // Some refuse to start without their settings, which were read before.
        return { info: { digest, metadata: { name, version, pluginType: type }, error } };
      });
      expect(info).toMatchObject({ digest, metadata: { name, version, pluginType: type } });
    }
    expect(shippedPlugins().length).toBeGreaterThan(35);
  });
});
