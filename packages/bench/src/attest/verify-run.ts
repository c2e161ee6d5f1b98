import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { REWRITE_VERSION } from '@testbench/metering';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import type { Verification, Verifier } from '@testbench/types/stores';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import { canonicalJson } from '../plan/canonical-json.js';
import { PluginLocator } from '../plugins/locate-plugin.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { withPreparedRun } from '../run/prepare-run.js';
import { readRunConfig } from '../run/resume-run.js';
import { RUN_OPTIONS, type RunOptions } from '../run/run-options.js';
import { executeRun } from '../run/run-plan.js';
import { scoreStored } from '../run/score-run.js';
import type { RunAttestation, RunClaim } from './attestation.js';
import { checkRunFolder, readAttestation } from './check-run-folder.js';
import { compareRows, type RowDifference } from './compare-rows.js';
import { describeClaim } from './describe-run.js';
import { findObstacle, type NotRunAgain } from './deterministic.js';
import { MAX_LISTED_DIFFERENCES } from './limits.js';

/** Options of {@link verifyRun}. */
export interface VerifyRunOptions extends Pick<
  RunOptions,
  'system' | 'readers' | 'signal' | 'onProgress' | 'findPlugin'
> {
  /** Says who vouches for the run, such as `createVerifier` of `@testbench/trust`. @default signatures are not looked at */
  readonly verifier?: Verifier;
  /** Bundles besides the one in the run's folder, such as those attached to it in a store. @default none */
  readonly bundles?: readonly Uint8Array[];
  /** Called with each difference as it is found, also beyond those that are listed. Must not throw. */
  readonly onDifference?: (difference: RowDifference) => void;
}

/** Something that the attestation says, and that is not so. */
export interface ClaimDifference {
  readonly what: 'plan' | 'dataset' | 'plugins' | 'results' | 'summary';
  readonly attested: unknown;
  readonly found: unknown;
}

/** What {@link verifyRun} found. */
export interface RunVerification {
  /** True if somebody trusted vouches for the run, all that they say is so, and nothing that was run again differs. */
  readonly verified: boolean;
  readonly claim: RunClaim;
  /** Who vouches, or why nobody does; undefined without a verifier. */
  readonly signature: Verification | undefined;
  /** What the attestation says, if it is trusted. */
  readonly attestation: RunAttestation | undefined;
  readonly claimDifferences: readonly ClaimDifference[];
  /** Evaluators that scored the recorded answers again. */
  readonly runAgain: readonly string[];
  readonly notRunAgain: readonly NotRunAgain[];
  /** Rows that were compared. */
  readonly rows: number;
  /** Rows without an answer, which nothing can score. */
  readonly rowsWithoutAnswer: number;
  /** False if fuel was not compared, since the run's was counted by another version of the rewriting, or by an unknown one. */
  readonly fuelCompared: boolean;
  /** The first of them, in the order of rows. */
  readonly differences: readonly RowDifference[];
  readonly differenceCount: number;
}

const OPTIONS: OptionReaders<VerifyRunOptions> = {
  system: RUN_OPTIONS.system,
  readers: RUN_OPTIONS.readers,
  signal: RUN_OPTIONS.signal,
  onProgress: RUN_OPTIONS.onProgress,
  findPlugin: RUN_OPTIONS.findPlugin,
  verifier: (node) => node.implementation<Verifier>('verify'),
  bundles: (node) =>
    node.list().map((item) => {
      const { value } = item;
      return value instanceof Uint8Array ? value : item.reject('bytes');
    }),
  onDifference: (node) => node.callback(),
};

/** Of a statement about a run: see `PREDICATES` of `@testbench/trust`. */
const EVALUATION_RESULT = 'urn:testbench:evaluation-result:1';

/**
 * Verifies a run that somebody published: who signed it, whether what they say of it is so, and whether its deterministic evaluators give
 * the same scores and the same fuel for the recorded answers. No model is asked.
 *
 * An evaluator is run again if it imports at most `host_log`, `host_error` and `abort`, so that its result depends on its input alone. Its
 * module is found as the run's configuration has it, and has to have the digest of the plan. It runs in a process of its own.
 *
 * @param folder Of the run; it may come from anyone.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`, `BENCH_RUN_VERSION`; `BENCH_CANCELLED`.
 */
export async function verifyRun(
  folder: string,
  given?: VerifyRunOptions,
): Promise<RunVerification> {
  const options = readOptions<VerifyRunOptions>(given, OPTIONS);
  await checkRunFolder(folder);
  const run = await readRun(folder);
  const claim = await describeClaim(run, options.signal);
  const signature = await verifySignature(run, claim, options);
  const attestation = attestationOf(signature);
  const claimDifferences =
    attestation === undefined ? [] : compareClaims(attestation, claim.predicate);
  // Rows of a run whose rewriting nobody states are compared as if they were ours: what differs is told.
  const fuelCompared =
    attestation === undefined || attestation.versions?.rewrite === REWRITE_VERSION;
  const again = await scoreAgain(run, options, fuelCompared);
  const trusted = signature?.outcome === 'trusted' && attestation !== undefined;
  return {
    verified: trusted && claimDifferences.length === 0 && again.differenceCount === 0,
    claim,
    signature,
    attestation,
    claimDifferences,
    fuelCompared,
    ...again,
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

/** The signature is over the digest of the rows: what else the statement says is compared here. */
function compareClaims(attested: RunAttestation, found: RunAttestation): ClaimDifference[] {
  const fields = ['plan', 'dataset', 'plugins', 'results', 'summary'] as const;
  return fields.flatMap((what) => {
    const said: unknown = Object.hasOwn(attested, what) ? attested[what] : undefined;
    const isSame = said !== undefined && canonicalJson(said) === canonicalJson(found[what]);
    return isSame ? [] : [{ what, attested: said, found: found[what] }];
  });
}

interface Again {
  readonly runAgain: readonly string[];
  readonly notRunAgain: readonly NotRunAgain[];
  readonly rows: number;
  readonly rowsWithoutAnswer: number;
  readonly differences: readonly RowDifference[];
  readonly differenceCount: number;
}

async function scoreAgain(
  run: StoredRun,
  options: VerifyRunOptions,
  withFuel: boolean,
): Promise<Again> {
  const nothing = (reason: string): Again => ({
    runAgain: [],
    notRunAgain: run.plan.evaluators.map(({ as }) => ({ evaluator: as, reason })),
    rows: 0,
    rowsWithoutAnswer: 0,
    differences: [],
    differenceCount: 0,
  });
  const config = await readRunConfig(run);
  const dataset = await findDatasetObstacle(config);
  if (dataset !== undefined) return nothing(dataset);

  const notRunAgain: NotRunAgain[] = [];
  const evaluators = [];
  const locator = new PluginLocator(config.pluginsDir, { findPlugin: options.findPlugin });
  for (const planned of run.plan.evaluators) {
    const found = config.evaluators.find(({ name }) => name === planned.as);
    const reason = await findObstacle(planned, found, locator);
    if (reason === undefined) evaluators.push(found!);
    else notRunAgain.push({ evaluator: planned.as, reason });
  }
  if (evaluators.length === 0) return { ...nothing(''), notRunAgain };
  return { ...(await compare(run, { ...config, evaluators }, options, withFuel)), notRunAgain };
}

async function compare(
  run: StoredRun,
  config: ResolvedBenchmarkConfig,
  { system, readers, signal, onProgress, findPlugin, onDifference }: VerifyRunOptions,
  withFuel: boolean,
): Promise<Omit<Again, 'notRunAgain'>> {
  const names = config.evaluators.map(({ name }) => name);
  const differences: RowDifference[] = [];
  let differenceCount = 0;
  let rows = 0;
  let rowsWithoutAnswer = 0;
  const recorded = run.rows();
  const runOptions: RunOptions = {
    ...(system === undefined ? {} : { system }),
    ...(readers === undefined ? {} : { readers }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(findPlugin === undefined ? {} : { findPlugin }),
    async onRow(row: ResultRow) {
      const before = (await recorded.next()).value as ResultRow | undefined;
      if (before === undefined) throw damaged(run, 'it has fewer rows than its data set has cases');
      if (before.failure !== undefined || before.output === undefined) {
        rowsWithoutAnswer += 1;
        return;
      }
      rows += 1;
      for (const difference of compareRows(before, row, names, withFuel)) {
        differenceCount += 1;
        if (differences.length < MAX_LISTED_DIFFERENCES) differences.push(difference);
        onDifference?.(difference);
      }
    },
  };
  await withPreparedRun(
    onlyScoring(config, run),
    runOptions,
    async (prepared) => {
      checkPlan(run, prepared.plan.content, names);
      await executeRun(prepared, runOptions, scoreStored(run));
    },
    { answers: false },
  );
  if (!(await recorded.next()).done)
    throw damaged(run, 'it has more rows than its data set has cases');
  return { runAgain: names, rows, rowsWithoutAnswer, differences, differenceCount };
}

/** The configuration is a stranger's: it writes nothing, grants nothing, and its plugins are locked up. */
function onlyScoring(
  config: ResolvedBenchmarkConfig,
  { plan }: StoredRun,
): ResolvedBenchmarkConfig {
  const { outputDir: _outputDir, policy: _policy, ...rest } = config;
  return {
    ...rest,
    prompts: plan.prompts,
    filters: [],
    isolation: 'process',
    failFast: false,
    cache: 'off',
  };
}

/** The plan is what was signed; the configuration beside it is not. */
function checkPlan(run: StoredRun, found: StoredRun['plan'], names: readonly string[]): void {
  if (found.dataset.digest !== run.plan.dataset.digest) {
    throw damaged(
      run,
      `its data set has the digest ${found.dataset.digest}, and had ${run.plan.dataset.digest}`,
    );
  }
  for (const name of names) {
    const now = found.evaluators.find(({ as }) => as === name);
    const then = run.plan.evaluators.find(({ as }) => as === name);
    if (canonicalJson(now) !== canonicalJson(then)) {
      throw damaged(run, `its configuration of ${JSON.stringify(name)} is not that of its plan`);
    }
  }
}

async function findDatasetObstacle(config: ResolvedBenchmarkConfig): Promise<string | undefined> {
  const { path, fields } = config.dataset;
  if (fields.evaluators !== undefined) return 'its records name evaluators of their own';
  if (typeof path !== 'string') return undefined;
  // Of a device there is no end, and a pipe waits for a writer.
  const found = await stat(resolve(path)).catch(() => undefined);
  if (found === undefined) return `the data set is not at ${JSON.stringify(path)}`;
  return found.isFile() ? undefined : `the data set ${JSON.stringify(path)} is no regular file`;
}

function damaged({ path }: StoredRun, state: string): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot verify run ${JSON.stringify(path)}: ${state}`,
    {
      file: path,
    },
  );
}
