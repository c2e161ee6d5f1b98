import type { CliIo } from './cli-io.js';
import { ExitCode } from './exit-code.js';
import { main } from './main.js';
import { UsageError } from './usage-error.js';

/** Ctrl-C, the end of a job, and a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the command line of this process, and sets its exit code.
 *
 * The first Ctrl-C (or SIGTERM, or SIGHUP) cancels and leaves nothing half-written; the second one ends the
 * process at once.
 */
export async function runProcess(): Promise<void> {
  const controller = new AbortController();
  let received: (typeof SIGNALS)[number] | undefined;
  const cancel = (signal: NodeJS.Signals): void => {
    received ??= SIGNALS.find((known) => known === signal);
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, cancel);
  const output = { isLost: false };
  hearOutput(output);
  const code = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    get cwd() {
      return workingDirectory();
    },
    signal: controller.signal,
  } satisfies CliIo);
  for (const signal of SIGNALS) process.off(signal, cancel);
  const isInterrupted = code === ExitCode.interrupted && received !== undefined;
  process.exitCode = isInterrupted ? 128 + (await signalNumber(received!)) : code;
  if (code === ExitCode.ok && output.isLost) process.exitCode = ExitCode.failure;
}

/** Few runs are interrupted: the others need not load this. */
async function signalNumber(signal: NodeJS.Signals): Promise<number> {
  const { constants } = await import('node:os');
  return constants.signals[signal];
}

/**
 * A reader that stops early, such as `head` or a closed terminal, is not a failure on any stream, and
 * the remaining work is finished. A result lost to a full disk is a failure.
 */
function hearOutput(output: { isLost: boolean }): void {
  const isNobodyThere = ({ code }: NodeJS.ErrnoException): boolean =>
    code === 'EPIPE' || code === 'EIO' || code === 'ERR_STREAM_DESTROYED';
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isNobodyThere(error) || output.isLost) return;
    output.isLost = true;
    process.exitCode = ExitCode.failure;
    process.stderr.write(`error OUTPUT_UNWRITABLE: Cannot write to stdout: ${error.message}\n`);
  });
  process.stderr.on('error', () => {});
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new UsageError('the working directory no longer exists, change to one that does');
  }
}
