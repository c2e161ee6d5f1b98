import { TrustError } from '@testbench/trust';

import type { CliIo } from './cli-io.js';

const VARIABLE = 'TESTBENCH_PASSPHRASE';

/**
 * Asks for a passphrase, without showing it; or takes it from the environment. There is no flag for it: command lines are seen by
 * every process of a machine, and stand in the shell's history.
 *
 * @param isNew Whether it is asked for twice.
 */
export async function readPassphrase(io: CliIo, key: string, isNew: boolean): Promise<string> {
  const given = io.env[VARIABLE];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY || io.stdout.isTTY !== true) {
    throw new TrustError(
      'TRUST_PASSPHRASE',
      `Cannot ask for the passphrase of key ${JSON.stringify(key)}: this is no terminal; set ${VARIABLE}`,
    );
  }
  const first = await ask(io, `Passphrase of key ${JSON.stringify(key)}`);
  if (isNew && (await ask(io, 'The same again')) !== first) {
    throw new TrustError('TRUST_PASSPHRASE', 'Cannot use passphrase: the two are not the same');
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
