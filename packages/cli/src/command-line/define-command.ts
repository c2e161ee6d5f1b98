import { buildCommand, type Command, type CommandContext } from '@stricli/core';

import type { CliIo } from '../cli-io.js';
import type { ExitCode } from '../exit-code.js';
import { UsageError } from '../usage-error.js';
import { flag, type Flag, type Flags, type FlagValues } from './flags.js';

/** What stricli passes to every command: its environment, and where its exit code goes. */
export interface CliContext extends CommandContext {
  readonly io: CliIo;
  readonly end: (code: ExitCode) => void;
}

/** Positional arguments. */
interface Positional {
  /** Help and messages show it as `<name>`. */
  readonly name: string;
  readonly brief: string;
  readonly isOptional?: true;
  /** Any number, at least one unless it is optional; it is then the only positional argument. */
  readonly isMany?: true;
  /** All permitted values; completion offers them. */
  readonly choices?: readonly string[];
}

/** The input of a command. */
export interface CommandCall<F extends Flags> {
  readonly io: CliIo;
  readonly flags: FlagValues<F> & { readonly debug: boolean };
  /** In the order of the command line; required ones are always set. */
  readonly args: readonly string[];
  /** All existing commands. */
  readonly commands: readonly CommandDefinition[];
}

/** A command: how it is called, and where its implementation is. */
export interface CommandDefinition<F extends Flags = Flags> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly brief: string;
  /** Further text, in its own help. */
  readonly about?: string;
  readonly positionals: readonly Positional[];
  readonly flags: F;
  /** Complete command lines that work. */
  readonly examples: readonly string[];
  /** Loads the implementation only when the command is called: `--help` must not wait for the engine. */
  readonly load: () => Promise<(call: CommandCall<F>) => Promise<ExitCode>>;
}

/** The same, with the types of its flags kept. */
export function defineCommand<const F extends Flags>(
  definition: CommandDefinition<F>,
): CommandDefinition<F> {
  return definition;
}

/** Every command has it. */
export const DEBUG = flag('show a stack trace of an error, and what plugins log');

/** The command in the form that stricli expects. */
export function toStricli<F extends Flags>(
  definition: CommandDefinition<F>,
  commands: readonly CommandDefinition[],
): Command<CliContext> {
  const { name, brief, about, positionals, flags, examples, load } = definition;
  const all: Flags = { ...flags, debug: DEBUG };
  const off = Object.fromEntries(
    Object.entries(all).flatMap(([key, { kind }]) => (kind === 'boolean' ? [[key, false]] : [])),
  );
  return buildCommand({
    loader: () =>
      load().then(
        (run) =>
          async function (this: CliContext, values: unknown, ...args: string[]) {
            const given = { ...off, ...(values as object) } as CommandCall<F>['flags'];
            this.end(await run({ io: this.io, flags: given, args, commands }));
          },
      ),
    parameters: {
      positional: toStricliPositionals(positionals, name),
      flags: Object.fromEntries(
        Object.entries(all).map(([key, each]) => [key, toStricliFlag(key, each, name)]),
      ),
      aliases: Object.fromEntries(
        Object.entries(all).flatMap(([key, { alias }]) =>
          alias === undefined ? [] : [[alias, key]],
        ),
      ),
    },
    docs: {
      brief,
      fullDescription: [
        ...(about === undefined ? [brief] : [about]),
        ...(examples.length === 0 ? [] : ['', 'Examples:', ...examples.map((line) => `  ${line}`)]),
      ].join('\n'),
    },
  } as never);
}

function toStricliPositionals(positionals: readonly Positional[], command: string): object {
  const [first] = positionals;
  return first?.isMany === true
    ? {
        kind: 'array',
        parameter: toStricliPositional(first, command),
        minimum: first.isOptional ? 0 : 1,
      }
    : {
        kind: 'tuple',
        parameters: positionals.map((positional) => toStricliPositional(positional, command)),
      };
}

function toStricliPositional(
  { name, brief, isOptional, choices }: Positional,
  command: string,
): object {
  const label = `<${name}>`;
  return {
    brief,
    placeholder: name,
    parse: (input: string) => {
      checkText(input, label, command);
      if (choices === undefined || choices.includes(input)) return input;
      throw wrongValue(label, input, `expected ${choices.join(', ')}`, command);
    },
    ...(isOptional === true && { optional: true }),
  };
}

function toStricliFlag(key: string, each: Flag<unknown>, command: string): object {
  const { kind, brief, placeholder } = each;
  if (kind === 'boolean') return { kind, brief, optional: true, withNegated: false };
  const label = `--${kebab(key)}`;
  return {
    kind: 'parsed',
    brief,
    ...(placeholder !== undefined && { placeholder }),
    ...(kind === 'texts' && { variadic: true }),
    ...(each.isRequired !== true && { optional: true }),
    parse: (input: string): unknown => {
      checkText(input, label, command);
      const problem = each.problem?.(input);
      if (problem === undefined) return each.read(input);
      throw wrongValue(label, input, problem, command);
    },
  };
}

/** As a path, an empty value would mean the current folder; an unset shell variable must not choose it. */
function checkText(input: string, label: string, command: string): void {
  if (input === '') throw new UsageError(`${label} is empty`, command);
}

function wrongValue(label: string, input: string, problem: string, command: string): UsageError {
  return new UsageError(`${label} is ${JSON.stringify(input)}, ${problem}`, command);
}

/** As on the command line. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
