import type { CliIo } from './cli-io.js';
import { COMMANDS } from './command-list.js';
import { runCommandLine } from './command-line/run-command-line.js';
import type { ExitCode } from './exit-code.js';
import { UsageError } from './usage-error.js';

/**
 * Runs the `testbench` command.
 *
 * @param args Arguments after the command's own name.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 done, 1 failed, 2 wrong command line, 3 a gate failed, 130 interrupted. It never throws.
 *
 * @example
 * ```ts
 * import { main } from '@testbench/cli';
 *
 * const written: string[] = [];
 * const output = { write: (text: string) => written.push(text) };
 * const io = {
 *   stdout: output,
 *   stderr: output,
 *   env: {},
 *   cwd: '/',
 *   signal: new AbortController().signal,
 * };
 * await main(['inspect'], io); // => 2
 * written[0]; // => 'error USAGE: <plugin.wasm> is missing\n  hint: testbench inspect --help\n'
 * ```
 */
export async function main(args: readonly string[], io: CliIo): Promise<ExitCode> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    // A plugin blocked this thread; a Ctrl-C in the meantime is noticed only in the next turn of the event loop.
    const { setImmediate } = await import('node:timers/promises');
    await setImmediate();
    const { reportError } = await import('./report-error.js');
    return reportError(error, io, args.includes('--debug'));
  }
}

async function dispatch(args: readonly string[], io: CliIo): Promise<ExitCode> {
  if (args[0] === 'complete') {
    const { completeCommandLine } = await import('./command-line/complete.js');
    return completeCommandLine(args.slice(1), io, COMMANDS);
  }
  // Other ways to ask for help, which shells do not complete.
  if (args[0] === 'help') return await runCommandLine([...args.slice(1), '--help'], io);
  const rest = args[0] === '--debug' ? args.slice(1) : args;
  if (rest.length === 0) throw new UsageError('a command is missing');
  return await runCommandLine(rest, io);
}
