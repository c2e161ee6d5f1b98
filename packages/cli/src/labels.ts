import { resolve } from 'node:path';

import { readLabels, withLabels } from '@testbench/bench/judging';
import type { StoredRun } from '@testbench/bench/results';

import { splitPair } from './requirements.js';

/** Flags about labels given by people. */
interface LabelFlags {
  readonly label?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
}

/** Which evaluator is compared with which column or file. */
export interface LabelSources {
  readonly columns: readonly (readonly [evaluator: string, column: string])[];
  readonly files: readonly (readonly [evaluator: string, file: string])[];
}

/** @throws {UsageError} A side of a pair is missing. */
export function splitLabelFlags(
  { label = [], labels = [] }: LabelFlags,
  command: string,
): LabelSources {
  return {
    columns: label.map((text) => splitPair(text, '--label', 'evaluator=column', command)),
    files: labels.map((text) => splitPair(text, '--labels', 'evaluator=file', command)),
  };
}

/** Runs whose rows have the labels of files as columns, and which evaluator is compared with which column. */
export async function readLabelSources(
  runs: readonly StoredRun[],
  { columns, files }: LabelSources,
  cwd: string,
): Promise<{ readonly runs: StoredRun[]; readonly labels: Record<string, string> | undefined }> {
  const labels = [...columns];
  let labelled = [...runs];
  for (const [evaluator, file] of files) {
    const read = await readLabels(resolve(cwd, file));
    const column = `labels of ${evaluator}`;
    labelled = labelled.map((run) => withLabels(run, read, evaluator, column));
    labels.push([evaluator, column]);
  }
  return { runs: labelled, labels: labels.length === 0 ? undefined : Object.fromEntries(labels) };
}
