import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import type { CliIo } from './cli-io.js';
import { callCommand } from './commands/call.js';
import { inspectCommand } from './commands/inspect.js';
import { newCommand } from './commands/new.js';
import { runCommand } from './commands/run.js';
import { ExitCode } from './exit-code.js';
import { reportError } from './report-error.js';
import { UsageError } from './usage-error.js';

const HELP = `Usage: testbench <command> [options]

Runs WebAssembly plugins that score, produce, transform and filter answers of language models.

Commands:
  run <config>            run a benchmark and print a table of scores
  inspect <plugin.wasm>   show what a plugin is, without running it
  call <plugin.wasm>      run one input through a plugin
  new <folder>            begin a plugin of your own

Options:
  -h, --help              show this text, or with a command its own
  --version               show the version
  --debug                 show a stack trace of an error
`;

const COMMANDS: Readonly<
  Record<string, (args: readonly string[], io: CliIo) => Promise<ExitCode>>
> = {
  run: runCommand,
  inspect: inspectCommand,
  call: callCommand,
  new: newCommand,
};

/**
 * Runs the `testbench` command.
 *
 * @param args What stands on the command line after the command's own name.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted. It never throws.
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
    // A plugin inside this thread held it, and a Ctrl-C meanwhile comes to light only in the next turn.
    await setImmediate();
    return reportError(error, io, args.includes('--debug'));
  }
}

async function dispatch(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const [name, ...rest] = args.filter((arg, index) => index > 0 || arg !== '--debug');
  if (name === undefined) throw new UsageError('a command is missing');
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(HELP);
    return ExitCode.ok;
  }
  if (name === '--version') {
    io.stdout.write(`${readVersion()}\n`);
    return ExitCode.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const what = name.startsWith('-') ? 'option' : 'command';
    throw new UsageError(
      `unknown ${what} "${name}", expected one of ${Object.keys(COMMANDS).join(', ')}`,
    );
  }
  return await command(rest, io);
}

/** From the package's own manifest, which lies one folder above sources and build alike. */
function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
