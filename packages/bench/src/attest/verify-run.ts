import { REWRITE_VERSION } from '@testbench/metering';
import { readOptions } from '@testbench/types/config';
import type { Verification } from '@testbench/types/stores';

import { canonicalJson } from '../plan/canonical-json.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import type { RunAttestation, RunClaim } from './attestation.js';
import { checkRunFolder, readAttestation } from './check-run-folder.js';
import type { RowDifference } from './compare-rows.js';
import { damagedRun } from './damaged-run.js';
import { describeClaim } from './describe-run.js';
import type { NotRunAgain } from './deterministic.js';
import { Differences, runAgain } from './run-again.js';
import {
  type RecordComparison,
  VERIFY_RUN_OPTIONS,
  type VerifyRunOptions,
} from './verify-options.js';

/** A statement of the attestation that is not true. */
export interface ClaimDifference {
  readonly what: 'plan' | 'dataset' | 'plugins' | 'results' | 'summary';
  readonly attested: unknown;
  readonly found: unknown;
}

/** The result of {@link verifyRun}. */
export interface RunVerification {
  /** True if a trusted signer signed the run, all claims hold, and nothing that was run again differs. */
  readonly verified: boolean;
  readonly claim: RunClaim;
  /** The signer, or why there is no trusted one; undefined without a verifier. */
  readonly signature: Verification | undefined;
  /** The content of the attestation, if it is trusted. */
  readonly attestation: RunAttestation | undefined;
  readonly claimDifferences: readonly ClaimDifference[];
  /** Evaluators that scored the recorded answers again. */
  readonly runAgain: readonly string[];
  readonly notRunAgain: readonly NotRunAgain[];
  /** Rows whose scores were compared. */
  readonly rows: number;
  /** Whether the rows' copies of their records, such as question and reference, were compared with the data set. */
  readonly records: RecordComparison;
  /** Rows without an answer, which cannot be scored. */
  readonly rowsWithoutAnswer: number;
  /** False if fuel was not compared, because the run's fuel was counted by another or an unknown version of the rewriting. */
  readonly fuelCompared: boolean;
  /** The first differences, in the order of rows. */
  readonly differences: readonly RowDifference[];
  readonly differenceCount: number;
}

/** Predicate type of a statement about a run: see `PREDICATES` of `@testbench/trust`. */
const EVALUATION_RESULT = 'urn:testbench:evaluation-result:1';

/**
 * Verifies a published run: who signed it, whether the claims hold, and whether its deterministic evaluators give
 * the same scores and the same fuel for the recorded answers. No model is asked.
 *
 * An evaluator is run again if it imports at most `host_log`, `host_error` and `abort`, so that its result depends only on its input. Its
 * module is found through the run's configuration and must have the digest in the plan. It runs in a separate process.
 *
 * @param folder The run's folder; it may come from an untrusted source.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`, `BENCH_RUN_VERSION`; `BENCH_CANCELLED`.
 */
export async function verifyRun(
  folder: string,
  given?: VerifyRunOptions,
): Promise<RunVerification> {
  const options = readOptions<VerifyRunOptions>(given, VERIFY_RUN_OPTIONS);
  await checkRunFolder(folder);
  const run = await readRun(folder);
  const claim = await describeClaim(run, options.signal);
  const signature = await verifySignature(run, claim, options);
  const attestation = attestationOf(signature);
  if (attestation !== undefined && !run.isComplete) {
    throw damagedRun(run, 'it is signed, and lacks rows of some records');
  }
  const claimDifferences =
    attestation === undefined ? [] : compareClaims(attestation, claim.predicate);
  // Rows of a run without a stated metering version are compared as if it were ours; differences are reported.
  const fuelCompared =
    attestation === undefined || attestation.versions?.rewrite === REWRITE_VERSION;
  const found = new Differences(options.onDifference);
  const again = await runAgain(run, options, fuelCompared, found);
  const trusted = signature?.outcome === 'trusted' && attestation !== undefined;
  return {
    verified: trusted && claimDifferences.length === 0 && found.count === 0,
    claim,
    signature,
    attestation,
    claimDifferences,
    fuelCompared,
    ...again,
    differences: found.listed,
    differenceCount: found.count,
  };
}

async function verifySignature(
  run: StoredRun,
  { artifact }: RunClaim,
  { verifier, bundles = [], signal }: VerifyRunOptions,
): Promise<Verification | undefined> {
  if (verifier === undefined) return undefined;
  const own = await readAttestation(run.path);
  const all = own === undefined ? bundles : [own, ...bundles];
  return await verifier.verify(artifact, all, signal === undefined ? {} : { signal });
}

function attestationOf(signature: Verification | undefined): RunAttestation | undefined {
  if (signature?.outcome !== 'trusted') return undefined;
  const found = signature.attestations.find(
    ({ predicateType }) => predicateType === EVALUATION_RESULT,
  );
  const predicate = found?.predicate;
  return typeof predicate === 'object' && predicate !== null
    ? (predicate as RunAttestation)
    : undefined;
}

/** The signature is over the digest of the rows: the rest of the statement is compared here. */
function compareClaims(attested: RunAttestation, found: RunAttestation): ClaimDifference[] {
  const fields = ['plan', 'dataset', 'plugins', 'results', 'summary'] as const;
  return fields.flatMap((what) => {
    const said: unknown = Object.hasOwn(attested, what) ? attested[what] : undefined;
    const isSame = said !== undefined && canonicalJson(said) === canonicalJson(found[what]);
    return isSame ? [] : [{ what, attested: said, found: found[what] }];
  });
}
