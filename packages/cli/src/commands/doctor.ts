import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ISOLATIONS, PluginError, PluginSystem } from '@testbench/core';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { PROBE_PLUGIN } from '../probe-plugin.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import type { DOCTOR_FLAGS } from '../flags/doctor.js';
import { writeJson } from '../render/write-json.js';

/** The result of one check of this machine. */
interface Finding {
  readonly check: string;
  /** `missing`: something optional cannot be done here. */
  readonly status: 'ok' | 'missing' | 'failed';
  readonly detail: string;
}

const execute = promisify(execFile);
const TOOL_TIMEOUT_MS = 10_000;

/** Programs that plugins are built with, besides the AssemblyScript compiler, which comes with the project. */
const TOOLS = [
  { check: 'Rust', file: 'cargo', for: 'plugins in Rust' },
  { check: 'C', file: 'clang', for: 'plugins in C' },
] as const;

/** `testbench doctor` */
export async function doctorCommand({
  io,
  flags,
}: CommandCall<typeof DOCTOR_FLAGS>): Promise<ExitCode> {
  const findings: Finding[] = [checkNode(), checkWaiting()];
  for (const isolation of ISOLATIONS) findings.push(await checkIsolation(isolation));
  findings.push(await checkTemporaryFolder());
  for (const tool of TOOLS) findings.push(await checkTool(tool));
  if (flags.json) {
    writeJson(io.stdout, findings);
  } else {
    const style = createStyle(io.stdout, io.env);
    const marks = {
      ok: style.green('ok     '),
      missing: style.yellow('missing'),
      failed: style.red('failed '),
    };
    for (const { check, status, detail } of findings) {
      io.stdout.write(`${marks[status]}  ${check.padEnd(17)}  ${escapeText(detail)}\n`);
    }
  }
  return findings.some(({ status }) => status === 'failed') ? ExitCode.failure : ExitCode.ok;
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > 20 || (major === 20 && minor >= 18);
  const detail = `${process.versions.node}, V8 ${process.versions.v8}`;
  return isEnough
    ? { check: 'Node', status: 'ok', detail }
    : { check: 'Node', status: 'failed', detail: `${detail}; 20.18.1 or newer is needed` };
}

function checkWaiting(): Finding {
  const canWait = 'Suspending' in WebAssembly;
  return {
    check: 'waiting plugins',
    status: canWait ? 'ok' : 'missing',
    detail: canWait
      ? 'calls that wait hold no thread'
      : 'each call that waits holds a thread or process; Node 24 or newer needs none',
  };
}

async function checkIsolation(isolation: (typeof ISOLATIONS)[number]): Promise<Finding> {
  const check = `isolation ${isolation}`;
  await using system = new PluginSystem({ isolation });
  try {
    const { id } = await system.loadPluginFromBytes('doctor', PROBE_PLUGIN);
    const { metadata } = await system.executePlugin(id, { data: null });
    return { check, status: 'ok', detail: `a call took ${metadata.executionTimeMs.toFixed(2)} ms` };
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return { check, status: 'failed', detail: error.message };
  }
}

async function checkTemporaryFolder(): Promise<Finding> {
  const check = 'temporary files';
  try {
    const folder = await mkdtemp(join(tmpdir(), 'testbench-doctor-'));
    await writeFile(join(folder, 'probe'), 'x');
    await rm(folder, { recursive: true });
    return { check, status: 'ok', detail: tmpdir() };
  } catch (error) {
    return { check, status: 'failed', detail: (error as Error).message };
  }
}

async function checkTool({ check, file, for: purpose }: (typeof TOOLS)[number]): Promise<Finding> {
  try {
    const { stdout } = await execute(file, ['--version'], { timeout: TOOL_TIMEOUT_MS });
    return { check, status: 'ok', detail: stdout.split('\n')[0] ?? '' };
  } catch {
    return { check, status: 'missing', detail: `no ${file}: needed only to build ${purpose}` };
  }
}
