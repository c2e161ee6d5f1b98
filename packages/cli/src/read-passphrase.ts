import { TrustError } from '@testbench/trust';

import type { CliIo } from './cli-io.js';

const VARIABLE = 'TESTBENCH_PASSPHRASE';

/**
 * Prompts for a passphrase without showing it, or takes it from the environment. There is no flag for it: command lines are visible to
 * every process on the machine, and kept in the shell's history.
 *
 * @param isNew Whether to prompt for it twice.
 */
export async function readPassphrase(io: CliIo, key: string, isNew: boolean): Promise<string> {
  const given = io.env[VARIABLE];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY || io.stdout.isTTY !== true) {
    throw new TrustError(
      'TRUST_PASSPHRASE',
      `Cannot ask for the passphrase of key ${JSON.stringify(key)}: stdin is not a terminal; set ${VARIABLE}`,
    );
  }
  const first = await ask(io, `Passphrase of key ${JSON.stringify(key)}`);
  if (isNew && (await ask(io, 'Repeat the passphrase')) !== first) {
    throw new TrustError('TRUST_PASSPHRASE', 'Cannot use passphrase: the two entries differ');
  }
  return first;
}

async function ask(io: CliIo, message: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message, signal: io.signal });
  if (isCancel(answer)) {
    throw new TrustError('TRUST_PASSPHRASE', 'Cannot use key: no passphrase was given');
  }
  return answer;
}
