import type { SigningKey } from '@testbench/trust';

import type { CliIo } from './cli-io.js';
import { readPassphrase } from './read-passphrase.js';
import { openKeys } from './trust-files.js';
import { UsageError } from './usage-error.js';

const VARIABLE = 'TESTBENCH_KEY';

/** A signing key and its name. */
export interface NamedSigningKey {
  readonly name: string;
  readonly key: SigningKey;
}

/** Opens the key that the command line names, or else the environment. @returns undefined if none is named. */
export async function openSigningKey(
  io: CliIo,
  {
    key: given,
    keysDir,
  }: { readonly key: string | undefined; readonly keysDir?: string | undefined },
): Promise<NamedSigningKey | undefined> {
  const name = given ?? io.env[VARIABLE];
  if (name === undefined || name === '') return undefined;
  const keys = openKeys(io, keysDir);
  // Before prompting for a passphrase in vain.
  await keys.find(name);
  return { name, key: await keys.open(name, await readPassphrase(io, name, false)) };
}

/** As {@link openSigningKey}, for a command that is about signing. @throws {UsageError} If no key is named. */
export async function requireSigningKey(
  io: CliIo,
  flags: Parameters<typeof openSigningKey>[1],
  command: string,
): Promise<NamedSigningKey> {
  const found = await openSigningKey(io, flags);
  if (found !== undefined) return found;
  throw new UsageError(`--key is missing; give one of your keys, or set ${VARIABLE}`, command);
}
