import type { CommandDefinition } from '../../packages/cli/src/command-line/define-command.ts';
import type { Flag } from '../../packages/cli/src/command-line/flags.ts';
import type { Page } from '../pages/page.ts';
import { loadSource } from './load-source.ts';
import { cell, codeCell, textWithOptions, generatedPage, table } from './markdown.ts';

const SOURCE = 'packages/cli/src/command-list.ts';

/** What the command line itself knows. */
interface CommandLine {
  readonly commands: readonly CommandDefinition[];
  /** The option that every command has. */
  readonly debug: Flag<unknown>;
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
  /** The name of an option as it is typed. */
  readonly kebab: (key: string) => string;
}

async function loadCommandLine(root: string): Promise<CommandLine> {
  const { COMMANDS } = await loadSource(root, SOURCE);
  const { EXIT_CODES } = await loadSource(root, 'packages/cli/src/exit-code.ts');
  const { DEBUG, kebab } = await loadSource(
    root,
    'packages/cli/src/command-line/define-command.ts',
  );
  return { commands: COMMANDS, exitCodes: EXIT_CODES, debug: DEBUG, kebab } as CommandLine;
}

/** The reference of the command line: one page for all, and one for each command. */
export async function commandPages(root: string): Promise<Page[]> {
  const line = await loadCommandLine(root);
  return [overview(line), ...line.commands.map((command) => commandPage(command, line))];
}

function overview({ commands, debug, exitCodes }: CommandLine): Page {
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
          ['`--debug`', cell(debug.brief)],
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

function commandPage(command: CommandDefinition, { debug, kebab }: CommandLine): Page {
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
      usageOf(command, kebab),
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
        Object.entries({ ...flags, debug }).map(([key, flag]) => [
          optionOf(kebab(key), flag),
          cell(briefOf(flag)),
        ]),
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

function usageOf(
  { name, positionals, flags }: CommandDefinition,
  kebab: CommandLine['kebab'],
): string {
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

function optionOf(name: string, flag: Flag<unknown>): string {
  const value = flag.kind === 'boolean' ? '' : ` <${flag.placeholder ?? 'value'}>`;
  const alias = flag.alias === undefined ? '' : `, \`-${flag.alias}\``;
  return `${codeCell(`--${name}${value}`)}${alias}`;
}

function briefOf(flag: Flag<unknown>): string {
  const notes = [
    ...(flag.isRequired === true ? ['required'] : []),
    ...(flag.kind === 'texts' && !/repeat|several times/.test(flag.brief) ? ['repeatable'] : []),
  ];
  return notes.length === 0 ? flag.brief : `${flag.brief} (${notes.join(', ')})`;
}
