import { resolve } from 'node:path';

import { askChoices, createPlugin, describeCreated, openPrompt } from '@testbench/create-plugin';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { NEW_FLAGS } from '../flags/new.js';
import { UsageError } from '../usage-error.js';

/** `testbench new <folder>` */
export async function newCommand({
  io,
  flags,
  args,
}: CommandCall<typeof NEW_FLAGS>): Promise<ExitCode> {
  const prompt = !flags.yes && io.stdout === process.stdout ? openPrompt(io.signal) : undefined;
  const { directory, ...choices } = await askChoices(
    { directory: args[0], type: flags.type, language: flags.language },
    prompt,
  );
  if (directory === undefined) throw new UsageError('<folder> is missing', 'new');
  const created = await createPlugin({ directory: resolve(io.cwd, directory), ...choices });
  io.stdout.write(describeCreated(created, io.cwd));
  return ExitCode.ok;
}
