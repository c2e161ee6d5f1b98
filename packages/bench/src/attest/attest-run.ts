import { join } from 'node:path';

import { writeOutput } from '@testbench/core/files';
import { readOptions } from '@testbench/types/config';

import { BenchError } from '../errors.js';
import { readRun } from '../results/read-run.js';
import { ATTESTATION_FILE, type RunClaim } from './attestation.js';
import { checkRunFolder } from './check-run-folder.js';
import { describeClaim } from './describe-run.js';

/** Options of {@link attestRun}. */
export interface AttestRunOptions {
  /** Signs the claim as a Sigstore bundle, as `signClaim` of `@testbench/trust` does. */
  readonly sign: (claim: RunClaim) => Uint8Array | Promise<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** What {@link attestRun} wrote. */
export interface AttestedRun extends RunClaim {
  /** The file, in the run's folder. */
  readonly path: string;
}

/**
 * Signs a complete run: digests of its plan, data set, plugins and rows, and its scores. The bundle is kept in the run's folder,
 * replacing an earlier one.
 *
 * @param folder The run's folder.
 * @throws {BenchError} `BENCH_PLAN_CHANGED` if the run is not complete; `BENCH_RUN_UNREADABLE`, `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`.
 * @throws {OutputError} `OUTPUT_UNWRITABLE`
 */
export async function attestRun(folder: string, options: AttestRunOptions): Promise<AttestedRun> {
  const { sign, signal } = readOptions<AttestRunOptions>(
    options,
    { sign: (node) => node.callback(), signal: (node) => node.signal() },
    '',
    ['sign'],
  );
  await checkRunFolder(folder);
  const run = await readRun(folder);
  if (!run.isComplete) {
    throw new BenchError(
      'BENCH_PLAN_CHANGED',
      `Cannot attest run ${JSON.stringify(run.path)}: it is not complete; resume it first`,
      { file: run.path },
    );
  }
  const claim = await describeClaim(run, signal);
  const path = join(run.path, ATTESTATION_FILE);
  await writeOutput(path, await sign(claim));
  return { ...claim, path };
}
