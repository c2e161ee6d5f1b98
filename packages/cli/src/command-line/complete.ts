import { RootCommand, type Complete } from '@bomb.sh/tab';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { type CommandDefinition, DEBUG, kebab } from './define-command.js';

/** Called by the scripts: `testbench complete -- <words>`. Writes the possible next words. */
export function completeCommandLine(
  args: readonly string[],
  io: CliIo,
  commands: readonly CommandDefinition[],
): ExitCode {
  const words = args[0] === '--' ? args.slice(1) : args;
  withConsole(io, () => completions(commands).parse([...words]));
  return ExitCode.ok;
}

/**
 * Writes the script of a shell.
 *
 * @param shell One of `SHELLS`.
 */
export function writeCompletionScript(
  shell: string,
  io: CliIo,
  commands: readonly CommandDefinition[],
): void {
  withConsole(io, () => completions(commands).setup('testbench', 'testbench', shell));
}

/** Our commands in the form that the library expects. */
function completions(commands: readonly CommandDefinition[]): RootCommand {
  const root = new RootCommand();
  for (const { name, brief, flags, positionals } of commands) {
    const command = root.command(name, brief);
    for (const { name: place, choices } of positionals) command.argument(place, offer(choices));
    for (const [key, { kind, brief: what, alias, choices }] of Object.entries({
      ...flags,
      debug: DEBUG,
    })) {
      if (kind === 'boolean') command.option(kebab(key), what, alias);
      else command.option(kebab(key), what, offer(choices), alias);
    }
  }
  return root;
}

/** Completions of a value with fixed choices; for other values the shell offers files. */
function offer(choices: readonly string[] = []): (complete: Complete) => void {
  return (complete) => {
    for (const each of choices) complete(each, '');
  };
}

/** The library writes with `console.log`. */
function withConsole(io: CliIo, work: () => void): void {
  const { log } = console;
  console.log = (...texts: unknown[]) => io.stdout.write(`${texts.join(' ')}\n`);
  try {
    work();
  } finally {
    console.log = log;
  }
}
