import type { CliIo } from '../cli-io.js';

/** An environment for a command, which keeps the text written to it. */
export interface CapturedIo {
  readonly io: CliIo;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** @param change Differences from a command in a pipe, in the working directory. */
export function captureIo(change: Partial<CliIo> & { readonly isTTY?: boolean } = {}): CapturedIo {
  const { isTTY = false, ...rest } = change;
  let out = '';
  let err = '';
  return {
    io: {
      stdout: { isTTY, write: (text) => (out += text) },
      stderr: { isTTY, write: (text) => (err += text) },
      env: {},
      cwd: process.cwd(),
      signal: new AbortController().signal,
      ...rest,
    },
    stdout: () => out,
    stderr: () => err,
  };
}
