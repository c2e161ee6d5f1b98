import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  assemble,
  type GuestParts,
  guestWat,
  METADATA,
  withMetadataSection,
} from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { ROOT, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

async function run(...args: string[]): Promise<[code: number, out: string, err: string]> {
  const { io, stdout, stderr } = captureIo();
  const code = await main(args, io);
  return [code, stdout(), stderr()];
}

/** A plugin project with the AssemblyScript library. */
async function project(body: string): Promise<string> {
  const directory = join(await temporaryFolder(), 'probe');
  await mkdir(join(directory, 'assembly'), { recursive: true });
  await mkdir(join(directory, 'node_modules/@testbench'), { recursive: true });
  await symlink(join(ROOT, 'plugins-sdk'), join(directory, 'node_modules/@testbench/plugins-sdk'));
  await writeFile(join(directory, 'package.json'), '{}');
  await writeFile(
    join(directory, 'assembly/index.ts'),
    `import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";
@plugin({ name: "probe", version: "1.0.0" })
export class Probe extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    ${body}
  }
}
`,
  );
  return directory;
}

describe('testbench build', () => {
  it('builds, and tells what it built', async () => {
    const directory = await project('return new Evaluation(1);');
    const [code, out, err] = await run('build', directory, '--optimize', 'none', '--report');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/evaluator probe 1\.0\.0, \d+ bytes, \d+ compressed\n/);
    expect(out).toContain('functions');
    const module = join(directory, 'build/probe.wasm');
    expect((await run('validate', module))[0]).toBe(0);
    const [, json] = await run('validate', module, '--json');
    expect(JSON.parse(json)).toMatchObject({ ok: true, contract: 'v1' });
    const [tested, findings] = await run('test', module, '--input', '{"output":"a"}', '--json');
    expect([tested, (JSON.parse(findings) as { ok: boolean }).ok]).toEqual([0, true]);
  }, 60_000);

  it('says what is wrong, without a stack', async () => {
    const directory = await project('return a + b;');
    const [code, out, err] = await run('build', directory, '--optimize', 'none');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain("Cannot find name 'a'");
    expect(err).not.toContain('    at ');
  }, 30_000);
});

describe('testbench validate', () => {
  it('loads an untrusted plugin in a child process, within its limits', async () => {
    const path = join(await temporaryFolder(), 'stranger.wasm');
    const write = async (parts: GuestParts, section = METADATA): Promise<void> => {
      await writeFile(path, withMetadataSection(assemble(guestWat(parts)), section));
    };
    await write({});
    expect(await run('validate', path)).toEqual([
      0,
      `${path}: custom guest 1.0.0, contract v1\n`,
      '',
    ]);
    // It only needs a configuration.
    await write({ init: '(i32.const -2)' });
    expect((await run('validate', path))[0]).toBe(0);
    await write({}, METADATA.replace('guest', 'other'));
    expect((await run('validate', path))[2]).toMatch(
      /"name" of plugin_metadata is not what it said/,
    );
    await write({ metadata: '(loop $for_ever (br $for_ever)) (i64.const 0)' });
    expect((await run('validate', path))[2]).toMatch(/fuel/);
  });
});

describe('testbench embed', () => {
  it('adds the section that is missing, once', async () => {
    const path = join(await temporaryFolder(), 'bare.wasm');
    await writeFile(path, assemble(guestWat()));
    expect((await run('validate', path))[2]).toContain('add it with `testbench embed`');
    expect(await run('embed', path)).toEqual([0, `${path}: custom guest 1.0.0\n`, '']);
    expect((await run('validate', path))[0]).toBe(0);
    const [code, , err] = await run('embed', path);
    expect(code).toBe(1);
    expect(err).toContain('it has a section "testbench.plugin" already');
  });
});

describe('testbench doctor', () => {
  it('finds that plugins run here in each isolation', async () => {
    const [code, out] = await run('doctor', '--json');
    expect(code).toBe(0);
    const findings = JSON.parse(out) as { check: string; status: string }[];
    const running = findings.filter(({ check }) => check.startsWith('isolation '));
    expect(running.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('testbench completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])('writes a script for %s', async (shell) => {
    const [code, out, err] = await run('completion', shell);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('testbench complete');
  });

  it('completes commands, flags and values', async () => {
    const complete = async (...words: string[]): Promise<string> =>
      (await run('complete', '--', ...words))[1];
    expect(await complete('in')).toMatch(/^inspect\t/m);
    expect(await complete('run', 'x.yaml', '--out')).toMatch(/^--output-dir/m);
    expect(await complete('call', 'x.wasm', '--isolation', '')).toMatch(/^process/m);
  });

  it('refuses another shell', async () => {
    const [code, , err] = await run('completion', 'csh');
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'error USAGE: <shell> is "csh", expected bash, zsh, fish, powershell',
    ]);
  });
});
