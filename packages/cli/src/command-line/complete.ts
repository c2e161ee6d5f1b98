import { RootCommand, type Complete } from '@bomb.sh/tab';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { UsageError } from '../usage-error.js';
import { type CommandDefinition, DEBUG, kebab } from './define-command.js';

/** Shells for which there is a script. */
const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** What the scripts ask: `testbench complete -- <words>`. Writes what may follow the words. */
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
 * @throws {UsageError} For another shell.
 */
export function writeCompletionScript(
  shell: string,
  io: CliIo,
  commands: readonly CommandDefinition[],
): void {
  if (!SHELLS.some((known) => known === shell)) {
    throw new UsageError(
      `<shell> is ${JSON.stringify(shell)}, expected ${SHELLS.join(', ')}`,
      'completion',
    );
  }
  withConsole(io, () => completions(commands).setup('testbench', 'testbench', shell));
}

/** Our commands as the library knows them. */
function completions(commands: readonly CommandDefinition[]): RootCommand {
  const root = new RootCommand();
  for (const { name, brief, flags, positionals } of commands) {
    const command = root.command(name, brief);
    for (const { name: placeholder } of positionals) {
      command.argument(placeholder.replaceAll(/[<>]/g, ''), (complete: Complete) => {
        if (name === 'completion') for (const shell of SHELLS) complete(shell, '');
      });
    }
    for (const [key, { kind, brief: what, alias, choices = [] }] of Object.entries({
      ...flags,
      debug: DEBUG,
    })) {
      const values =
        kind === 'boolean'
          ? undefined
          : (complete: Complete) => {
              for (const each of choices) complete(each, '');
            };
      if (values === undefined) command.option(kebab(key), what, alias);
      else command.option(kebab(key), what, values, alias);
    }
  }
  return root;
}

/** The library writes by `console.log`. */
function withConsole(io: CliIo, work: () => void): void {
  const { log } = console;
  console.log = (...texts: unknown[]) => io.stdout.write(`${texts.join(' ')}\n`);
  try {
    work();
  } finally {
    console.log = log;
  }
}
