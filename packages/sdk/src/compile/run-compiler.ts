import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { absorbStreamErrors } from '@testbench/types';

/** How a compiler ended. */
export interface CompilerRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a compiler in a folder and collects its output. A command that cannot be started has code 127. */
export function runCompiler(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CompilerRun> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    absorbStreamErrors(child.stdout)
      .setEncoding('utf8')
      .on('data', (text: string) => (stdout += text));
    absorbStreamErrors(child.stderr)
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** Paths of all programs of that name on the search path, in the order of the path. */
export function programsNamed(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
