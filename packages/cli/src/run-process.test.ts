import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble, guestWat, METADATA, withMetadataSection } from '@testbench/test-kit';
import { listRuns } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { examplePlugin, ROOT, temporaryFolder } from './__fixtures__/paths.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
const built = existsSync(join(ROOT, 'packages/cli/dist/index.js'));

/** A plugin whose calls never end on their own. */
const ENDLESS = withMetadataSection(
  assemble(guestWat({ execute: '(loop $again (br $again)) (unreachable)' })),
  METADATA,
);

/** Runs the built command in a separate process, without a terminal. */
function start(args: readonly string[], cwd = ROOT, program?: string) {
  const whole = program === undefined ? [BIN, ...args] : args;
  const child = spawn(program ?? process.execPath, whole, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

describe.skipIf(!built)('the testbench process (needs `npm run build`)', () => {
  it('prints to stdout and ends with 0', async () => {
    const { code, stdout, stderr } = await start(['--version']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('writes rows to its output, which Node makes a socket', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'data.jsonl'), '{"input":"q","expected":"1","answers":{"a":"1"}}\n');
    const config = {
      name: 'short',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: examplePlugin('replay'), models: ['a'] },
      evaluators: [{ plugin: examplePlugin('exact-match') }],
    };
    await writeFile(join(cwd, 'short.json'), JSON.stringify(config));
    expect((await start(['run', 'short.json'], cwd).ended).code).toBe(0);
    const [run] = await listRuns(join(cwd, 'runs'));
    const { code, stdout, stderr } = await start(['export', run!.path]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ output: '1', scores: { 'exact-match': 1 } });
  }, 30_000);

  it('prints errors to stderr and ends with 2 for a wrong command line', async () => {
    const { code, stdout, stderr } = await start(['frobnicate']).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error USAGE: unknown command "frobnicate"/);
  });

  it.each([
    { signal: 'SIGINT', expected: 130 },
    { signal: 'SIGTERM', expected: 143 },
    { signal: 'SIGHUP', expected: 129 },
  ] as const)(
    'ends with $expected on $signal in the middle of a run, and leaves nothing half-written',
    async ({ signal, expected }) => {
      const cwd = await temporaryFolder();
      // Long enough that the signal always comes first; the run would take a minute or more.
      const record = '{"input":"q","expected":"1","answers":{"a":"1"}}\n';
      await writeFile(join(cwd, 'data.jsonl'), record.repeat(500_000));
      const config = {
        name: 'long',
        dataset: { path: 'data.jsonl' },
        provider: { plugin: examplePlugin('replay'), models: ['a'] },
        evaluators: [{ plugin: examplePlugin('token-f1') }],
        outputDir: 'out',
      };
      await writeFile(join(cwd, 'long.json'), JSON.stringify(config));
      const { child, ended } = start(['run', 'long.json'], cwd);
      // The run's folder is there once records are running.
      await expect.poll(() => readdir(join(cwd, 'out')).catch(() => [])).toHaveLength(1);
      child.kill(signal);
      const { code, stderr } = await ended;
      expect(code).toBe(expected);
      expect(stderr).toMatch(/^error BENCH_CANCELLED: /);
      const [run] = await listRuns(join(cwd, 'out'));
      expect(run?.isComplete).toBe(false);
      // Whole segments, and nothing half-written.
      const names = run!.segments.map(({ from, to }) => `${from}-${to}.jsonl`);
      const found = await readdir(join(run!.path, 'segments'));
      expect(found.toSorted()).toEqual(names.toSorted());
    },
    60_000,
  );

  it('ends with 130 on Ctrl-C in the middle of a call', async () => {
    const cwd = await temporaryFolder();
    execFileSync('mkfifo', [join(cwd, 'input')]);
    await writeFile(join(cwd, 'endless.wasm'), ENDLESS);
    const args = ['call', 'endless.wasm', '--input', '@input', '--max-fuel', '9007199254740991'];
    const { child, ended } = start(args, cwd);
    // It is running once it has opened the pipe for reading.
    await writeFile(join(cwd, 'input'), '1');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(stderr).toMatch(/^error CALL_CANCELLED: /);
    expect(code).toBe(130);
  }, 30_000);

  it('does its work also when nobody reads what it says', async () => {
    const cwd = await temporaryFolder();
    const args = ['call', examplePlugin('token-f1'), '--input', '{"output":"a b","expected":"b"}'];
    for (const stream of ['stdout', 'stderr'] as const) {
      const { child, ended } = start(args, cwd);
      child[stream].destroy();
      expect(await ended).toMatchObject({ code: 0 });
    }
  }, 30_000);

  it('says when a result could not be written', async () => {
    const command = `"${process.execPath}" "${BIN}" --version > /dev/full`;
    const { code, stderr } = await start(['-c', command], ROOT, 'sh').ended;
    expect(code).toBe(1);
    expect(stderr).toContain('error OUTPUT_UNWRITABLE: Cannot write to stdout: ENOSPC');
  });

  it('says when the working directory is gone, and does what needs none', async () => {
    const cwd = await temporaryFolder();
    const command = (args: string): string =>
      `mkdir "${cwd}/gone" && cd "${cwd}/gone" && rmdir "${cwd}/gone" && "${process.execPath}" "${BIN}" ${args}`;
    const missing = await start(['-c', command('inspect x.wasm')], ROOT, 'sh').ended;
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/^error USAGE: the working directory no longer exists/);
    expect(missing.stderr).not.toContain('    at ');
    expect((await start(['-c', command('--version')], ROOT, 'sh').ended).code).toBe(0);
  });
});
