import type { RunRange } from '@testbench/types/stores';

import type { PlanContent } from '../plan/plan.js';
import { damagedRun, parseRow } from '../results/check-row.js';

/**
 * Compares rows that were made elsewhere with their plan: each record of the range has all its cases, in order, and nothing else. If
 * neither sampling nor shuffling moves records, each record must also be the one at its position.
 *
 * @param file Source of the rows, for error messages.
 * @returns A function to call with each row, and with undefined at the end.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function checkShardRows(
  plan: PlanContent,
  { from, to }: RunRange,
  file: string,
): (row: string | undefined) => void {
  const cases = casesOf(plan);
  const { sample, shuffle, offset } = plan.dataset;
  const isInPlace = sample === undefined && shuffle === undefined;
  let count = 0;
  let index = -1;
  return (text) => {
    if (text === undefined) {
      if (count === (to - from) * cases.length) return;
      throw damagedRun(
        file,
        `records ${from} to ${to - 1} have ${count} rows, and their plan gives them ${(to - from) * cases.length}`,
      );
    }
    const row = parseRow(text, file);
    const at = count % cases.length;
    const position = from + Math.floor(count / cases.length);
    const expected = cases[at]!;
    const isCase =
      row.prompt === expected.prompt &&
      row.provider === expected.provider &&
      row.model === expected.model &&
      row.epoch === expected.epoch;
    if (at === 0) index = isInPlace ? offset + position : row.index;
    if (position >= to || !isCase || row.index !== index) {
      throw damagedRun(file, `row ${count + 1} of record ${position} is not that of its plan`);
    }
    count += 1;
  };
}

function casesOf({ prompts, providers, epochs }: PlanContent): {
  readonly prompt: string;
  readonly provider: string;
  readonly model: string;
  readonly epoch: number;
}[] {
  return prompts.flatMap(({ name: prompt }) =>
    providers.flatMap(({ as: provider, models }) =>
      models.flatMap(({ name: model }) =>
        Array.from({ length: epochs.count }, (_, epoch) => ({
          prompt,
          provider,
          model,
          epoch: epoch + 1,
        })),
      ),
    ),
  );
}
