import {
  type Application,
  buildApplication,
  buildRouteMap,
  type Command,
  type RouteMap,
  run,
  text_en,
  type StricliProcess,
} from '@stricli/core';

import type { CliIo } from '../cli-io.js';
import { COMMAND_GROUPS, COMMANDS } from '../command-list.js';
import { ExitCode } from '../exit-code.js';
import { readVersion } from '../read-version.js';
import { UsageError } from '../usage-error.js';
import { type CliContext, type CommandDefinition, toStricli } from './define-command.js';
import { suggest, usageErrorOf } from './usage-errors.js';

/** Maximum edit distance at which a word is suggested. */
const DISTANCE = {
  threshold: 2,
  weights: { insertion: 1, deletion: 1, substitution: 1, transposition: 1 },
};

const BRIEF =
  'Evaluates answers of language models with plugins that run safely even if untrusted.';

/**
 * Finds the command that a command line names, reads its flags, and runs it.
 *
 * @throws {UsageError} The command line is wrong.
 * @throws Any error that the command throws.
 */
export async function runCommandLine(args: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): string => {
    failure ??= { error };
    return '';
  };
  const process: StricliProcess = {
    stdout: { write: (text) => io.stdout.write(text) },
    // Only its errors go there, and they are shown like all other errors.
    stderr: { write: () => {} },
    env: { STRICLI_NO_COLOR: '1' },
  };
  const context: CliContext = {
    process,
    io,
    end: (ended) => {
      code = ended;
    },
  };
  await run(buildTestbench(fail, args), [...args], context);
  if (failure !== undefined) throw failure.error;
  return code;
}

function buildTestbench(
  fail: (error: unknown) => string,
  args: readonly string[],
): Application<CliContext> {
  const called = namedCommand(args);
  // The other commands are not shown in this case, and each additional command must not slow down the existing ones.
  const shown = called === undefined ? COMMANDS : [called];
  return buildApplication(buildRoutes(shown, '', BRIEF), {
    name: 'testbench',
    versionInfo: { getCurrentVersion: readVersion },
    scanner: {
      caseStyle: 'allow-kebab-for-camel',
      allowArgumentEscapeSequence: true,
      distanceOptions: DISTANCE,
    },
    documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
    localization: {
      text: {
        ...text_en,
        noCommandRegisteredForInput: ({ input, corrections }) =>
          fail(
            new UsageError(
              `unknown ${input.startsWith('-') ? 'option' : 'command'} ${JSON.stringify(input)}${suggest(corrections) || `, expected one of ${commandWords(args).join(', ')}`}`,
            ),
          ),
        exceptionWhileParsingArguments: (error) => fail(usageErrorOf(error, called?.name)),
        exceptionWhileLoadingCommandFunction: fail,
        exceptionWhileLoadingCommandContext: fail,
        exceptionWhileRunningCommand: fail,
        commandErrorResult: fail,
      },
    },
  });
}

/** Commands whose names begin with these words, each word a route of its own: `plugin keys list` is in `keys`, which is in `plugin`. */
function buildRoutes(
  shown: readonly CommandDefinition[],
  prefix: string,
  brief: string,
): RouteMap<CliContext> {
  const routes: Record<string, Command<CliContext> | RouteMap<CliContext>> = {};
  for (const definition of shown.filter(({ name }) => name.startsWith(prefix))) {
    const [word = '', ...more] = definition.name.slice(prefix.length).split(' ');
    const group = `${prefix}${word}`;
    routes[word] ??=
      more.length === 0
        ? toStricli(definition, COMMANDS)
        : buildRoutes(shown, `${group} `, COMMAND_GROUPS[group] ?? group);
  }
  return buildRouteMap({ routes, docs: { brief } });
}

/** The command at the beginning of a command line, of one word or more. */
function namedCommand(args: readonly string[]): CommandDefinition | undefined {
  const isMeant = (name: string): boolean =>
    args.slice(0, name.split(' ').length).join(' ') === name;
  return COMMANDS.find(({ name }) => isMeant(name));
}

/** What is permitted where the command line stops being valid. */
function commandWords(args: readonly string[]): string[] {
  let prefix = '';
  for (const arg of args) {
    if (!COMMANDS.some(({ name }) => name.startsWith(`${prefix}${arg} `))) break;
    prefix += `${arg} `;
  }
  const words = COMMANDS.filter(({ name }) => name.startsWith(prefix)).map(
    ({ name }) => name.slice(prefix.length).split(' ')[0]!,
  );
  return [...new Set(words)];
}
