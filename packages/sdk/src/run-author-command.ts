import { hearErrors, PluginError } from '@testbench/types';

import { buildCommand } from './commands/build-command.js';
import { checkCommand } from './commands/check-command.js';
import { embedCommand } from './commands/embed-command.js';
import { type AuthorCommand, type CommandOutput, WrongUse } from './commands/command.js';
import { validateCommand } from './commands/validate-command.js';

const COMMANDS: Readonly<Record<string, AuthorCommand>> = {
  build: buildCommand,
  validate: validateCommand,
  check: checkCommand,
  embed: embedCommand,
};

const USAGE = `${Object.values(COMMANDS)
  .map(({ usage }) => `testbench-plugin ${usage}`)
  .join('\n')}\n`;

/**
 * Runs the command of plugin authors, `testbench-plugin`.
 *
 * @param args What stands after the command's name.
 * @returns The exit code: 0, 1 for a plugin that is not right, 2 for a wrong use.
 */
export async function runAuthorCommand(
  args: readonly string[],
  output: CommandOutput = process,
): Promise<number> {
  if (output === process) {
    // A reader may stop early, as `head` does, or close its terminal.
    hearErrors(process.stdout);
    hearErrors(process.stderr);
  }
  const [name = '', ...rest] = args;
  if (name === '--help' || rest.includes('--help')) {
    output.stdout.write(USAGE);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    output.stderr.write(USAGE);
    return 2;
  }
  try {
    return await command.run(rest, output);
  } catch (error) {
    if (error instanceof WrongUse) {
      output.stderr.write(`${error.message}\n${USAGE}`);
      return 2;
    }
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === 'uv_cwd') {
      output.stderr.write('The working directory does not exist any more\n');
      return 1;
    }
    if (!PluginError.is(error)) throw error;
    output.stderr.write(`${message}\n`);
    return 1;
  }
}
