import { resolve } from 'node:path';

import { askChoices, createPlugin, describeCreated, openPrompt } from '@testbench/create-plugin';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { parseCommandLine } from '../parse-command-line.js';
import { UsageError } from '../usage-error.js';

const HELP = `Usage: testbench new <folder> [options]

Makes a plugin project that builds, has a test and a README. The folder's name is the plugin's.

Options:
  --type <type>           evaluator, provider, transform, filter or custom (default evaluator)
  --language <language>   assemblyscript, rust or c (default assemblyscript)
  -y, --yes               ask nothing; without it a terminal is asked for what was not given
  --debug                 show a stack trace of an error
  -h, --help              show this text
`;

const OPTIONS = {
  type: { type: 'string' },
  language: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
} as const;

/** `testbench new <folder>` */
export async function newCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('new', args, OPTIONS, [], ['<folder>']);
  if (values.help === true) {
    io.stdout.write(HELP);
    return ExitCode.ok;
  }
  const terminal =
    values.yes !== true && io.stdout === process.stdout ? openPrompt(io.signal) : undefined;
  try {
    const { directory, ...choices } = await askChoices(
      { directory: positionals[0], type: values.type, language: values.language },
      terminal?.prompt,
    );
    if (directory === undefined) throw new UsageError('<folder> is missing', 'new');
    const created = await createPlugin({ directory: resolve(io.cwd, directory), ...choices });
    io.stdout.write(describeCreated(created, io.cwd));
    return ExitCode.ok;
  } finally {
    terminal?.close();
  }
}
