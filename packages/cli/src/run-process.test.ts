import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { examplePlugin, ROOT, temporaryFolder } from './__fixtures__/paths.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
const built = existsSync(join(ROOT, 'packages/cli/dist/index.js'));

/** Runs the built command in a process of its own, with no terminal. */
function start(args: readonly string[], cwd = ROOT) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

describe.skipIf(!built)('the testbench process (skipped before `pnpm build`)', () => {
  it('prints to stdout and ends with 0', async () => {
    const { code, stdout, stderr } = await start(['--version']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('prints errors to stderr and ends with 2 for a wrong command line', async () => {
    const { code, stdout, stderr } = await start(['frobnicate']).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error USAGE: unknown command "frobnicate"/);
  });

  it('ends with 130 on Ctrl-C in the middle of a run, and leaves nothing half-written', async () => {
    const cwd = await temporaryFolder();
    // Long enough that the signal always comes first; the run would take a minute or more.
    const record = '{"input":"q","expected":"1","answers":{"a":"1"}}\n';
    await writeFile(join(cwd, 'data.jsonl'), record.repeat(500_000));
    const config = {
      name: 'long',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: examplePlugin('replay'), models: ['a'] },
      evaluators: [{ plugin: examplePlugin('token-f1') }],
      output: 'out',
    };
    await writeFile(join(cwd, 'long.json'), JSON.stringify(config));
    const { child, ended } = start(['run', 'long.json'], cwd);
    // The temporary file is there once records are running.
    await expect
      .poll(() => readdir(join(cwd, 'out')).catch(() => []), { timeout: 20_000 })
      .toHaveLength(1);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^error BENCH_CANCELLED: /);
    expect(await readdir(join(cwd, 'out'))).toEqual([]);
  }, 60_000);
});
