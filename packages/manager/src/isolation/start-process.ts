import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { hearErrors, PAGE_BYTES } from '@testbench/types';

import {
  MAX_FRAME_BYTES,
  MAX_FRAME_JSON_BYTES,
  PROCESS_ADDRESS_SPACE_KB,
  PROCESS_GRACE_MS,
  PROCESS_HEAP_MB,
} from '../limits.js';
import {
  bodyLength,
  decodeFrame,
  encodeFrameParts,
  FRAME_HEADER_BYTES,
  jsonLengthOf,
} from '../runner/frames.js';
import type { RunnerCommand } from '../runner/messages.js';
import { COMMAND_FD, REPLY_FD } from '../runner/process-fds.js';
import { runnerEntry } from './runner-entry.js';
import type { RunnerLink, RunnerLinkEvents } from './runner-link.js';

const NODE_MAJOR = Number(process.versions.node.split('.')[0]);

/** Flags of the child's Node: what a guest that breaks out of the engine would want is not there. */
function nodeFlags(entry: string, maxMemoryBytes: number): string[] {
  return [
    '--disable-wasm-trap-handler',
    // Also what the engine reserves at once: where that fails, each growth copies the memory.
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
 * It has no environment, no network or file permission but for its own code, and, on systems with a POSIX shell, a
 * limit on its address space. It serves one plugin.
 *
 * @param maxMemoryBytes The guest's memory limit.
 */
export const startProcess = (
  maxMemoryBytes: number,
  { onMessage, onExit }: RunnerLinkEvents,
): RunnerLink => {
  // Twice the guest's memory: where it grows, the engine copies it.
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
            // The shell sets variables of its own, such as the folder that the host runs in.
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
  // A child that is gone shows in its exit; a pipe that breaks before says the same.
  for (const stream of child.stdio) if (stream) hearErrors(stream);
  child.on('error', (error) => exit(`the process could not be started (${error.message})`));
  child.on('exit', (code, signal) => {
    const words = /(?:FATAL ERROR|Fatal)[^\n]*/.exec(lastWords)?.[0];
    exit(
      `the process ended with ${signal ?? `code ${code}`}${words === undefined ? '' : ` (${words})`}`,
    );
  });
  // What is no frame is no message either: the host ends a child that sends one.
  readFrames(replies, onMessage, () => onMessage(undefined));
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
    canStop: false,
    send(command) {
      commands.cork();
      for (const part of encodeFrameParts(withBytes(command))) commands.write(part);
      commands.uncork();
    },
    requestStop: () => {},
    setBusy,
    kill: () => void child.kill('SIGKILL'),
  };
};

/** Inputs as bytes beside the JSON of the message: JSON inside of JSON would be escaped and parsed twice. */
function withBytes(command: RunnerCommand): RunnerCommand {
  if (command.type !== 'call') return command;
  const inputs = command.inputs.map((input) =>
    typeof input === 'string' ? Buffer.from(input) : input,
  );
  return { ...command, inputs };
}

/** Cuts a stream into frames. Whoever sends what is not a frame is broken for good. */
function readFrames(
  stream: Readable,
  onMessage: (message: unknown) => void,
  onBroken: () => void,
): void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = FRAME_HEADER_BYTES;
  stream.on('data', (chunk: Buffer) => {
    parts.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      parts = [bytes];
      const length = FRAME_HEADER_BYTES + bodyLength(bytes);
      if (length > MAX_FRAME_BYTES || jsonLengthOf(bytes) > MAX_FRAME_JSON_BYTES) return onBroken();
      wanted = length;
      if (held < length) return;
      const rest = bytes.subarray(length);
      parts = rest.length === 0 ? [] : [rest];
      held = rest.length;
      wanted = FRAME_HEADER_BYTES;
      let message: unknown;
      try {
        message = decodeFrame(bytes.subarray(0, length));
      } catch {
        return onBroken();
      }
      onMessage(message);
    }
  });
}
