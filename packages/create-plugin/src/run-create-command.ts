import { parseArgs } from 'node:util';

import { absorbStreamErrors } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import { askChoices, type Prompt } from './ask-choices.js';
import { createPlugin } from './create-plugin.js';
import { describeCreated } from './describe-created.js';
import { openPrompt } from './open-prompt.js';

const USAGE = `npm create @testbench/plugin <folder> -- [--type evaluator|provider|transform|filter|custom]
  [--language assemblyscript|typescript|javascript|python|rust|c] [--yes]
`;

/** 128 plus the number of SIGINT, as in shells. */
const INTERRUPTED = 130;

/** Where the command writes, and how it may ask questions. */
export interface CreateOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Left out if there is no terminal. */
  readonly prompt?: Prompt | undefined;
}

/**
 * Runs `npm create @testbench/plugin`: creates a project from its arguments, and asks for the missing ones on a terminal.
 *
 * @param args The arguments after the command's name.
 * @returns The exit code: 0, 1 if nothing was created, 2 for wrong usage, 130 for Ctrl-C.
 */
export async function runCreateCommand(
  args: readonly string[],
  output?: CreateOutput,
): Promise<number> {
  const { stdout, stderr, prompt } = output ?? openTerminal();
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        type: { type: 'string' },
        language: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      stdout.write(USAGE);
      return 0;
    }
    const [empty] = Object.entries({ folder: positionals[0], ...values }).find(isEmpty) ?? [];
    if (empty !== undefined)
      throw new TypeError(`${empty === 'folder' ? '<folder>' : `--${empty}`} is empty`);
    if (positionals.length > 1) throw new TypeError(`Unexpected argument "${positionals[1]}"`);
    const { directory, ...choices } = await askChoices(
      { directory: positionals[0], type: values.type, language: values.language },
      values.yes === true ? undefined : prompt,
    );
    if (directory === undefined) throw new TypeError('The name of the plugin is missing');
    const created = await createPlugin({ directory, ...choices });
    stdout.write(describeCreated(created, process.cwd()));
    return 0;
  } catch (error) {
    // Wrong arguments: our own errors above, and those of node:util.
    if (error instanceof TypeError) {
      stderr.write(`${error.message.split('. ')[0]}\n${USAGE}`);
      return 2;
    }
    if ((error as NodeJS.ErrnoException).syscall === 'uv_cwd') {
      stderr.write('The working directory no longer exists\n');
      return 1;
    }
    if (!PluginError.is(error)) throw error;
    stderr.write(`${error.message}\n`);
    return error.code === 'SCAFFOLD_CANCELLED' ? INTERRUPTED : 1;
  }
}

/** The streams of this process; questions are asked only if they are a terminal. */
function openTerminal(): CreateOutput {
  // A reader may stop early, like `head`, or close its terminal.
  const stdout = absorbStreamErrors(process.stdout);
  const stderr = absorbStreamErrors(process.stderr);
  return { stdout, stderr, prompt: openPrompt() };
}

/** As a path, it would mean the current folder. */
function isEmpty([, value]: readonly [string, unknown]): boolean {
  return value === '';
}
