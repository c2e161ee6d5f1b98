import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'testbench-cli-watch-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

async function benchmark(): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'data.jsonl'), '{"input":"one"}\n{"input":"two two"}\n');
  await writeFile(join(cwd, 'metric.js'), 'export const evaluate = () => 0.5;\n');
  const config = {
    name: 'watched',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('echo'), models: ['m'] },
    evaluators: [{ script: './metric.js' }],
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return cwd;
}

describe('testbench run --watch', { timeout: 180_000 }, () => {
  it('runs again, says what changed, goes on after a mistake, and ends with 130', async () => {
    const cwd = await benchmark();
    const controller = new AbortController();
    const { io, stdout, stderr } = captureIo({ cwd, signal: controller.signal });
    const running = main(['run', 'bench.json', '--watch'], io);
    const waits = (count: number): Promise<void> =>
      vi.waitFor(
        () => expect(stderr().split('waiting for changes').length).toBeGreaterThan(count),
        { timeout: 60_000 },
      );
    await waits(1);
    expect(stdout()).toContain('0.5');
    await writeFile(join(cwd, 'metric.js'), 'export const evaluate = ({ output }) =>\n  outpt(;\n');
    await waits(2);
    expect(stderr()).toContain('changed metric.js\n');
    expect(stderr()).toContain('metric.js:2:9: Unexpected ";"');
    await writeFile(join(cwd, 'metric.js'), 'export const evaluate = () => 1;\n');
    await waits(3);
    expect(stdout()).toContain('\nmetric echo m: 0.5 → 1\n');
    controller.abort();
    expect(await running).toBe(130);
  });

  it.each([['--dry-run'], ['--attest', 'mine']])('makes no sense with %s', async (...flags) => {
    const { io, stderr } = captureIo({ cwd: await benchmark() });
    expect(await main(['run', 'bench.json', '--watch', ...flags], io)).toBe(2);
    expect(stderr()).toContain(`${flags[0]} makes no sense with --watch`);
  });
});
