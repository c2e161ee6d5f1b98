import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { absorbStreamErrors, PAGE_BYTES } from '@testbench/types';
import type { RunnerLink, RunnerStart } from '@testbench/types/stores';

import { PROCESS_ADDRESS_SPACE_KB, PROCESS_GRACE_MS, PROCESS_HEAP_MB } from '../limits.js';
import { encodeFrameParts } from '../runner/frames.js';
import { COMMAND_FD, REPLY_FD } from '../runner/process-fds.js';
import { readFrames } from '../runner/read-frames.js';
import { runnerEntry } from './runner-entry.js';

const NODE_MAJOR = Number(process.versions.node.split('.')[0]);

/** Flags of the child's Node: they remove what a guest that breaks out of the engine could use. */
function nodeFlags(entry: string, maxMemoryBytes: number): string[] {
  return [
    '--disable-wasm-trap-handler',
    // Also the amount that the engine reserves up front: if that fails, each growth copies the memory.
    `--wasm-max-mem-pages=${Math.max(1, Math.floor(maxMemoryBytes / PAGE_BYTES))}`,
    '--wasm-max-table-size=10000',
    `--max-old-space-size=${PROCESS_HEAP_MB}`,
    '--max-semi-space-size=4',
    '--disallow-code-generation-from-strings',
    '--disable-proto=delete',
    '--no-addons',
    '--no-warnings',
    NODE_MAJOR >= 24 ? '--permission' : '--experimental-permission',
    `--allow-fs-read=${dirname(entry)}/*`,
  ];
}

/**
 * Starts a hardened child process.
 *
 * It has no environment, and no network or file permission except for its own code, and, on systems with a POSIX shell, a
 * limit on its address space. It serves one plugin.
 */
export const startProcess = ({ maxMemoryBytes, onMessage, onExit }: RunnerStart): RunnerLink => {
  // Twice the guest's memory: the engine copies it when it grows.
  const addressSpaceKb = PROCESS_ADDRESS_SPACE_KB + 2 * Math.ceil(maxMemoryBytes / 1024);
  const entry = fileURLToPath(runnerEntry('process-main'));
  const args = [...nodeFlags(entry, maxMemoryBytes), entry];
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] as const;
  const options = { env: {}, stdio: [...stdio], windowsHide: true };
  const child =
    process.platform === 'win32'
      ? spawn(process.execPath, args, options)
      : spawn(
          '/bin/sh',
          [
            '-c',
            // The shell sets its own variables, such as the folder that the host runs in.
            `ulimit -v ${addressSpaceKb}; unset PWD OLDPWD SHLVL _; exec "$0" "$@"`,
            process.execPath,
            ...args,
          ],
          options,
        );
  const commands = child.stdio[COMMAND_FD] as Writable;
  const replies = child.stdio[REPLY_FD] as Readable;
  let lastWords = '';
  let exited = false;
  const exit = (reason: string): void => {
    if (exited) return;
    exited = true;
    onExit(reason);
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString('latin1')).slice(-1000);
  });
  // A dead child is noticed by its exit; a pipe that breaks earlier means the same.
  for (const stream of child.stdio) if (stream) absorbStreamErrors(stream);
  child.on('error', (error) => exit(`the process could not be started (${error.message})`));
  child.on('exit', (code, signal) => {
    const words = /(?:FATAL ERROR|Fatal)[^\n]*/.exec(lastWords)?.[0];
    exit(
      `the process ended with ${signal ?? `code ${code}`}${words === undefined ? '' : ` (${words})`}`,
    );
  });
  // Anything but a frame is not a message: the host ends a child that sends it.
  readFrames(replies, onMessage);
  const handles = [child, commands, replies, child.stderr] as unknown as {
    ref?: () => void;
    unref?: () => void;
  }[];
  const setBusy = (busy: boolean): void => {
    for (const handle of handles)
      if (busy) handle.ref?.();
      else handle.unref?.();
  };
  setBusy(false);
  return {
    graceMs: PROCESS_GRACE_MS,
    send(message) {
      commands.cork();
      for (const part of encodeFrameParts(message)) commands.write(part);
      commands.uncork();
    },
    setBusy,
    kill: () => void child.kill('SIGKILL'),
  };
};
