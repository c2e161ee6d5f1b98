import { parseArgs, type ParseArgsConfig } from 'node:util';

import { UsageError } from './usage-error.js';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** Options that every command has. */
const COMMON = {
  help: { type: 'boolean', short: 'h' },
  debug: { type: 'boolean' },
} as const satisfies OptionsConfig;

/** Values of a command's options, by their declaration. */
type OptionValues<Options extends OptionsConfig> = {
  readonly [Name in keyof Options]?: Options[Name]['type'] extends 'boolean'
    ? boolean
    : Options[Name] extends { readonly multiple: true }
      ? readonly string[]
      : string;
};

/** A command line, taken apart. */
export interface ParsedCommandLine<Options extends OptionsConfig> {
  readonly values: OptionValues<Options & typeof COMMON>;
  readonly positionals: readonly string[];
}

/**
 * Takes a command's arguments apart, with `node:util`: a few commands with a dozen options need no
 * library, and the usual one no longer supports Node 20.
 *
 * @throws {UsageError} Unknown option, option without its value, or the wrong number of positional arguments.
 */
export function parseCommandLine<const Options extends OptionsConfig>(
  command: string,
  args: readonly string[],
  options: Options,
  positionals: readonly string[],
  /** Names of positional arguments that may be left out. */
  optional: readonly string[] = [],
): ParsedCommandLine<Options> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...options, ...COMMON },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    // Node's message goes on with advice about "--" that is no help here.
    const [message = ''] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1), command);
  }
  const result = parsed as unknown as ParsedCommandLine<Options>;
  if ((result.values as { help?: boolean }).help === true) return result;
  rejectEmpty(command, result.values);
  const given = result.positionals.length;
  if (given < positionals.length) {
    throw new UsageError(`${positionals[given]!} is missing`, command);
  }
  const most = positionals.length + optional.length;
  if (given > most) {
    throw new UsageError(`unexpected argument "${result.positionals[most]!}"`, command);
  }
  result.positionals.forEach((value, index) => {
    const name = [...positionals, ...optional][index]!;
    if (value === '') throw new UsageError(`${name} is empty`, command);
  });
  return result;
}

/** As a path, an empty value would mean the current folder: a shell's variable that is not set must not choose it. */
function rejectEmpty(command: string, values: object): void {
  for (const [option, value] of Object.entries(values)) {
    if ([value].flat().includes('')) throw new UsageError(`--${option} is empty`, command);
  }
}

/** Reads an option that is a whole number. */
export function readWholeNumber(
  command: string,
  option: string,
  text: string | undefined,
  minimum: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new UsageError(
      `--${option} is "${text}", expected a whole number from ${minimum}`,
      command,
    );
  }
  return value;
}
