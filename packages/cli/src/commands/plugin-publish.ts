import { resolve } from 'node:path';

import { readModuleFile } from '@testbench/core/module-file';
import { publishPlugin } from '@testbench/registry/install';
import { inspectPlugin } from '@testbench/registry/inspect';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { PLUGIN_PUBLISH_FLAGS } from '../flags/plugin-project.js';
import { openRegistries } from '../plugin-project.js';
import { escapeText } from '../render/escape-text.js';
import { TransferBar } from '../render/transfer-bar.js';
import { writeJson } from '../render/write-json.js';

/** `testbench plugin publish <plugin.wasm>` */
export async function pluginPublishCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_PUBLISH_FLAGS>): Promise<ExitCode> {
  const bytes = await readModuleFile(resolve(io.cwd, args[0]!));
  const own = inspectPlugin(bytes).metadata?.name.toLowerCase().replace(/^@/, '');
  const name = flags.name ?? own ?? '';
  const { to } = flags;
  const registries = await openRegistries(io, flags.registries, [
    { name, ...(to !== undefined && { registry: to }) },
  ]);
  const { id, store } = registries.find(name, to);
  const bar = new TransferBar(io.stderr, flags.json);
  const onEvent = (event: Parameters<TransferBar['show']>[0]): void => bar.show(event);
  try {
    const { version, digest } = await publishPlugin({
      store,
      bytes,
      name,
      signal: io.signal,
      onEvent,
    });
    if (flags.json) writeJson(io.stdout, { name, version, digest, registry: id });
    else io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}\n`);
    return ExitCode.ok;
  } finally {
    bar.clear();
  }
}
