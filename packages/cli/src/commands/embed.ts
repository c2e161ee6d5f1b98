import { resolve } from 'node:path';

import { findOutputPlace, readModuleFile, writeOutput } from '@testbench/core/files';
import { embedAnsweredMetadata } from '@testbench/sdk';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { escapeText } from '../render/escape-text.js';
import type { EMBED_FLAGS } from '../flags/embed.js';
import { writeJson } from '../render/write-json.js';

/** `testbench embed <plugin.wasm>` */
export async function embedCommand({
  io,
  flags,
  args,
}: CommandCall<typeof EMBED_FLAGS>): Promise<ExitCode> {
  const given = flags.output ?? args[0]!;
  const output = resolve(io.cwd, given);
  const module = await readModuleFile(resolve(io.cwd, args[0]!));
  // Checked before the module is called, which may be slow.
  await findOutputPlace(output);
  const { bytes, metadata } = await embedAnsweredMetadata(module);
  await writeOutput(output, bytes);
  const { pluginType, name, version } = metadata;
  if (flags.json) writeJson(io.stdout, metadata);
  else io.stdout.write(`${escapeText(`${given}: ${pluginType} ${name} ${version}`)}\n`);
  return ExitCode.ok;
}
