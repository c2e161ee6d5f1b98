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

/** 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130;

/** Where the command writes, and how it may ask. */
export interface CreateOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Left out if there is no terminal. */
  readonly prompt?: Prompt | undefined;
}

/**
 * Runs `npm create @testbench/plugin`: makes a project by its arguments, and asks for what is missing on a terminal.
 *
 * @param args What stands after the command's name.
 * @returns The exit code: 0, 1 if nothing was made, 2 for a wrong use, 130 for Ctrl-C.
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
    // Wrong arguments: ours above, and those of node:util.
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

/** The streams of this process; questions only where they are a terminal. */
function openTerminal(): CreateOutput {
  // A reader may stop early, as `head` does, or close its terminal.
  const stdout = absorbStreamErrors(process.stdout);
  const stderr = absorbStreamErrors(process.stderr);
  return { stdout, stderr, prompt: openPrompt() };
}

/** As a path it would mean the current folder. */
function isEmpty([, value]: readonly [string, unknown]): boolean {
  return value === '';
}
