import type { Page } from '../pages/page.ts';
import { loadSource } from './load-source.ts';
import { cell, codeCell, textWithOptions, generatedPage, table } from './markdown.ts';

/** As much of a command's definition as is shown; the whole stands in `packages/cli/src/command-line`. */
interface Command {
  readonly name: string;
  readonly brief: string;
  readonly about?: string;
  readonly positionals: readonly {
    readonly name: string;
    readonly brief: string;
    readonly isOptional?: true;
    readonly choices?: readonly string[];
  }[];
  readonly flags: Readonly<Record<string, CommandFlag>>;
  readonly examples: readonly string[];
}

/** A flag of a command. */
interface CommandFlag {
  readonly kind: 'text' | 'texts' | 'boolean';
  readonly brief: string;
  readonly placeholder?: string;
  readonly alias?: string;
  readonly isRequired?: true;
}

const SOURCE = 'packages/cli/src/command-list.ts';

/** Every command, as the command line itself knows it. */
async function loadCommands(root: string): Promise<readonly Command[]> {
  const { COMMANDS } = await loadSource(root, SOURCE);
  return COMMANDS as readonly Command[];
}

/** The reference of the command line: one page for all, and one for each command. */
export async function commandPages(root: string): Promise<Page[]> {
  const commands = await loadCommands(root);
  const { EXIT_CODES } = await loadSource(root, 'packages/cli/src/exit-code.ts');
  const exitCodes = EXIT_CODES as readonly { code: number; meaning: string }[];
  return [overview(commands, exitCodes), ...commands.map(commandPage)];
}

function overview(
  commands: readonly Command[],
  exitCodes: readonly { code: number; meaning: string }[],
): Page {
  return generatedPage({
    address: 'reference/cli',
    source: SOURCE,
    title: 'Command line',
    description:
      'Every command of testbench, its exit codes, and the options that all commands have.',
    body: [
      'The command `testbench` is in `@testbench/cli`. `testbench <command> --help` shows what stands on these pages.',
      ...table(
        ['command', 'what it does'],
        commands.map(({ name, brief }) => [
          `[\`testbench ${name}\`](${addressOf(name)})`,
          cell(brief),
        ]),
      ),
      '## Options of every command',
      ...table(
        ['option', 'meaning'],
        [
          ['`--help`, `-h`', 'show the help of the command'],
          ['`--debug`', cell('show a stack trace of an error, and what plugins log')],
        ],
      ),
      '## Exit codes',
      ...table(
        ['code', 'meaning'],
        exitCodes.map((each) => [`\`${each.code}\``, cell(each.meaning)]),
      ),
      '## Completion',
      '',
      '`testbench completion bash` (or `zsh`, `fish`, `powershell`) prints a script that completes commands, options and values.',
    ],
  });
}

function addressOf(name: string): string {
  return `/reference/cli/${name.replaceAll(' ', '-')}/`;
}

function commandPage(command: Command): Page {
  const { name, brief, about, positionals, flags, examples } = command;
  return generatedPage({
    address: addressOf(name).slice(1, -1),
    source: SOURCE,
    title: `testbench ${name}`,
    description: `${brief[0]!.toUpperCase()}${brief.slice(1)}.`,
    inSidebar: false,
    body: [
      ...(about === undefined ? [sentence(brief)] : aboutLines(about)),
      '',
      '```sh frame="none"',
      usageOf(command),
      '```',
      ...(positionals.length === 0 ? [] : ['', '## Arguments']),
      ...table(
        ['argument', 'meaning', 'one of'],
        positionals.map((each) => [
          codeCell(each.isOptional === true ? `[<${each.name}>]` : `<${each.name}>`),
          cell(each.brief),
          (each.choices ?? []).map(codeCell).join(', '),
        ]),
      ),
      '## Options',
      ...table(
        ['option', 'meaning'],
        [
          ...Object.entries(flags).map(([key, flag]) => [optionOf(key, flag), cell(briefOf(flag))]),
          ['`--debug`', 'show a stack trace of an error, and what plugins log'],
        ],
      ),
      ...(examples.length === 0 ? [] : ['## Examples', '', '```sh', ...examples, '```']),
      '',
      'See also: [all commands and exit codes](/reference/cli/).',
    ],
  });
}

function sentence(text: string): string {
  return textWithOptions(`${text[0]!.toUpperCase()}${text.slice(1)}.`);
}

/** The help of a command, which is set for a terminal: lines that are indented are a list. */
function aboutLines(about: string): string[] {
  return about
    .split('\n')
    .flatMap((line) =>
      /^\s+\S/.test(line) ? [`- ${textWithOptions(line.trim())}`] : ['', textWithOptions(line)],
    )
    .flatMap((line, index, lines) =>
      line.startsWith('- ') && index > 0 && !lines[index - 1]!.startsWith('- ')
        ? ['', line]
        : [line],
    );
}

function usageOf({ name, positionals, flags }: Command): string {
  const required = Object.entries(flags).filter(([, flag]) => flag.isRequired === true);
  return [
    'testbench',
    name,
    ...required.map(([key, flag]) => `--${kebab(key)} <${flag.placeholder ?? 'value'}>`),
    ...positionals.map((each) =>
      each.isOptional === true ? `[<${each.name}>]` : `<${each.name}>`,
    ),
    '[options]',
  ].join(' ');
}

function optionOf(key: string, flag: CommandFlag): string {
  const value = flag.kind === 'boolean' ? '' : ` <${flag.placeholder ?? 'value'}>`;
  const alias = flag.alias === undefined ? '' : `, \`-${flag.alias}\``;
  return `${codeCell(`--${kebab(key)}${value}`)}${alias}`;
}

function briefOf(flag: CommandFlag): string {
  const notes = [
    ...(flag.isRequired === true ? ['required'] : []),
    ...(flag.kind === 'texts' && !/repeat|several times/.test(flag.brief) ? ['repeatable'] : []),
  ];
  return notes.length === 0 ? flag.brief : `${flag.brief} (${notes.join(', ')})`;
}

/** As on the command line. */
function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
