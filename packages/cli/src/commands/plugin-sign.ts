import { resolve } from 'node:path';

import { digestOf, writeOutput } from '@testbench/core/files';
import { signRelease } from '@testbench/trust';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { PLUGIN_SIGN_FLAGS } from '../flags/plugin-sign.js';
import { readPassphrase } from '../read-passphrase.js';
import { escapeText } from '../render/escape-text.js';
import { writeJson } from '../render/write-json.js';
import { openKeys, readNamed } from '../trust-files.js';
import { UsageError } from '../usage-error.js';

/** `testbench plugin sign <file|digest>` */
export async function pluginSignCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_SIGN_FLAGS>): Promise<ExitCode> {
  const what = args[0]!;
  const { name, version } = flags;
  const isDigest = /^sha256:[0-9a-f]{64}$/.test(what);
  if (isDigest && flags.output === undefined) {
    throw new UsageError('--output is needed with a digest', 'plugin sign');
  }
  const digest = isDigest ? what : digestOf(await readNamed(io, what, 'artifact'));
  const keys = openKeys(io, flags.keysDir);
  // Before a passphrase is asked for in vain.
  await keys.find(flags.key);
  const key = await keys.open(flags.key, await readPassphrase(io, flags.key, false));
  const path = resolve(io.cwd, flags.output ?? `${what}.sigstore.json`);
  await writeOutput(path, signRelease({ digest, name, version }, key));
  if (flags.json) writeJson(io.stdout, { digest, name, version, key: key.id, bundle: path });
  else {
    io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}\n`);
    io.stdout.write(`signed by ${escapeText(flags.key)} (${key.id}), in ${escapeText(path)}\n`);
  }
  return ExitCode.ok;
}
