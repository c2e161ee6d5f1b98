import { readFile } from 'node:fs/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';

import { readModuleFile } from '@testbench/core';
import { parseJsonText } from '@testbench/types';

/** Where the command writes. */
export interface CommandOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** One command of `testbench-plugin`. */
export interface AuthorCommand {
  /** How it is called, on one line. */
  readonly usage: string;
  /** @returns The exit code. */
  run(args: readonly string[], output: CommandOutput): Promise<number>;
}

/** The command was called in a way that makes no sense. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

/** Takes a command's arguments apart. @throws {WrongUse} For an unknown option or too many arguments. */
export function parseCommand<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
): {
  readonly values: ReturnType<typeof parseArgs<{ options: Options }>>['values'];
  readonly target: string | undefined;
} {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new WrongUse((error as Error).message.split('. ')[0]);
  }
  const { positionals, values } = parsed;
  // As a path an empty value would mean the current folder.
  for (const [option, value] of Object.entries(values)) {
    if ([value].flat().includes('')) throw new WrongUse(`--${option} is empty`);
  }
  if (positionals[0] === '') throw new WrongUse('The path is empty');
  if (positionals.length > 1) throw new WrongUse(`Unexpected argument "${positionals[1]}"`);
  return {
    values,
    target: positionals[0],
  };
}

/** Reads the module that a command is about. @returns undefined, once it has told why, if it cannot be read. */
export async function readModule(
  target: string | undefined,
  output: CommandOutput,
): Promise<Uint8Array | undefined> {
  if (target === undefined) throw new WrongUse('The path of a module is missing');
  try {
    return await readModuleFile(target);
  } catch (error) {
    output.stderr.write(`${(error as Error).message}\n`);
    return undefined;
  }
}

/** Reads an argument that is JSON, or `@` and the path of a file that holds it. */
export async function readJsonArgument(option: string, text: string): Promise<unknown> {
  try {
    return parseJsonText(text.startsWith('@') ? await readFile(text.slice(1)) : text);
  } catch (error) {
    throw new WrongUse(
      `--${option} is not JSON, nor @ and the path of a file: ${(error as Error).message}`,
    );
  }
}
