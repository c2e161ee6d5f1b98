import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { openDataset, type OpenDatasetOptions } from '../dataset/open-dataset.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import { canonicalJson } from '../plan/canonical-json.js';
import { planDataset } from '../plan/make-plan.js';
import { Prompt } from '../prompts/prompt.js';
import type { StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { caseKey } from '../run/run-cases.js';
import { renderPrompt } from '../run/row-draft.js';
import { equal, placeOf, type RowDifference } from './compare-rows.js';
import { damagedRun } from './damaged-run.js';

/** Fields of a row that come from its record. */
const FIELDS = ['id', 'line', 'group', 'columns', 'expected', 'input', 'messages'] as const;

/**
 * Compares the rows' copies of records with the data set: question, reference, id, group and columns. Scores are computed from the data
 * set, so a row with a different question for the same answer would otherwise pass.
 *
 * @returns How many rows were compared.
 * @throws {BenchError} `BENCH_RUN_DAMAGED` if there are rows without a record, or records without a row; the errors of `openDataset`.
 */
export async function compareRecords(
  run: StoredRun,
  config: ResolvedBenchmarkConfig,
  { readers, signal }: Pick<OpenDatasetOptions, 'readers' | 'signal'>,
  onDifference: (difference: RowDifference) => void,
): Promise<number> {
  const { plan } = run;
  await using dataset = await openDataset(config.dataset, withoutUndefined({ readers, signal }));
  if (dataset.digest !== plan.dataset.digest) {
    throw damagedRun(
      run,
      `its data set has the digest ${dataset.digest}, and had ${plan.dataset.digest}`,
    );
  }
  // The plan is signed; the configuration next to it is not, but it names the field of the reference.
  if (canonicalJson(planDataset(config, dataset)) !== canonicalJson(plan.dataset)) {
    throw damagedRun(run, 'its configuration of the data set is not that of its plan');
  }
  const prompts = new Map(
    plan.prompts.map(({ name, ...source }) => [name, new Prompt(name, source)]),
  );
  const rows = run.rows();
  const cases = casesOf(plan);
  try {
    let next = await rows.next();
    let compared = 0;
    for await (const sample of dataset.records()) {
      const seen = new Set<string>();
      while (next.done !== true && next.value.index === sample.index) {
        compared += 1;
        seen.add(caseKey(next.value));
        for (const difference of compareRecord(next.value, sample, prompts)) {
          onDifference(difference);
        }
        next = await rows.next();
      }
      // A stopped run has no rows of some records, but the rows of a record are always written together.
      if (seen.size === cases || (seen.size === 0 && !run.isComplete)) continue;
      throw damagedRun(
        run,
        `it has ${seen.size} rows of record ${sample.index}, and its plan has ${cases} cases`,
      );
    }
    if (next.done !== true) {
      throw damagedRun(run, 'it has more rows than its data set has cases');
    }
    return compared;
  } finally {
    // Also closes the file that it reads.
    await rows.return(undefined);
  }
}

/** The number of rows of each record. */
function casesOf({ prompts, providers, epochs }: StoredRun['plan']): number {
  const models = providers.reduce((sum, provider) => sum + provider.models.length, 0);
  return prompts.length * models * epochs.count;
}

function compareRecord(
  row: ResultRow,
  sample: Sample,
  prompts: ReadonlyMap<string, Prompt>,
): RowDifference[] {
  const prompt = prompts.get(row.prompt);
  const asked = prompt === undefined ? {} : renderPrompt(prompt, sample);
  const { expected } = sample;
  const found: Partial<Record<(typeof FIELDS)[number], unknown>> = {
    id: sample.id,
    line: sample.line,
    group: sample.group,
    columns: sample.columns,
    ...(expected === null ? {} : { expected }),
    ...('messages' in asked ? { messages: asked.messages } : {}),
    ...('prompt' in asked ? { input: asked.prompt } : {}),
  };
  const fields = isBare(row) ? (['id', 'line', 'group'] as const) : FIELDS;
  return fields.flatMap((what) =>
    equal(row[what], found[what])
      ? []
      : [{ ...placeOf(row), what, recorded: row[what], found: found[what] }],
  );
}

/** A filter that drops a row or cannot judge it removes the row's texts. */
function isBare({ dropped, failure, input, messages }: ResultRow): boolean {
  const isFiltered = dropped !== undefined || failure?.stage.startsWith('filters[') === true;
  return isFiltered && input === undefined && messages === undefined;
}
