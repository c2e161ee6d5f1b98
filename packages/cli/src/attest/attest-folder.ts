import type { SigningKey } from '@testbench/trust';

import type { CliIo } from '../cli-io.js';
import { escapeText } from '../render/escape-text.js';

/** The key that signs a run: only from the command line, since a key from the environment never signs a run. */
export async function openAttestKey(
  io: CliIo,
  {
    attest: key,
    keysDir,
  }: { readonly attest: string | undefined; readonly keysDir: string | undefined },
): Promise<SigningKey | undefined> {
  if (key === undefined) return undefined;
  const { openSigningKey } = await import('../signing-key.js');
  return (await openSigningKey(io, { key, keysDir }))?.key;
}

/** Signs the results of a run, and says so. */
export async function attestFolder(
  io: CliIo,
  folder: string,
  key: SigningKey,
  { quiet, json }: { readonly quiet: boolean; readonly json: boolean },
): Promise<void> {
  const [{ attestRun }, { PREDICATES, signClaim }] = await Promise.all([
    import('@testbench/bench/attest'),
    import('@testbench/trust'),
  ]);
  const { path, predicate } = await attestRun(folder, {
    sign: (claim) => {
      const statement = { ...claim.predicate };
      const { artifact } = claim;
      return signClaim(
        { artifact, predicateType: PREDICATES.evaluationResult, predicate: statement },
        key,
      );
    },
    signal: io.signal,
  });
  if (quiet || json) return;
  io.stderr.write(`${predicate.results.rows} rows signed: ${escapeText(path)}\n`);
}
