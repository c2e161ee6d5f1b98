import type { RunRange } from '@testbench/types/stores';

import type { PlanContent } from '../plan/plan.js';
import { damagedRun, parseRow } from '../results/check-row.js';
import type { ResultRow } from '../results/result-row.js';

/** Checks the rows of a range, one after another. */
export interface ShardRowCheck {
  /** Number of rows of each record. */
  readonly rowsPerRecord: number;
  row(text: string): ResultRow;
  end(): void;
}

/**
 * Compares rows that were made elsewhere with their plan: each record of the range has all its cases, in order, and nothing else. If
 * neither sampling nor shuffling moves records, each record must also be the one at its position.
 *
 * @param file Source of the rows, for error messages.
 * @returns Parses the next row; `end` is called after the last one.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, by both functions.
 */
export function checkShardRows(
  plan: PlanContent,
  { from, to }: RunRange,
  file: string,
): ShardRowCheck {
  const cases = casesOf(plan);
  const { sample, shuffle, offset } = plan.dataset;
  const isInPlace = sample === undefined && shuffle === undefined;
  let count = 0;
  let index = -1;
  return {
    rowsPerRecord: cases.length,
    row(text) {
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
      return row;
    },
    end() {
      if (count === (to - from) * cases.length) return;
      throw damagedRun(
        file,
        `records ${from} to ${to - 1} have ${count} rows, and their plan gives them ${(to - from) * cases.length}`,
      );
    },
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
