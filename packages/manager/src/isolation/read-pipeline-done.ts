import { FAILED, FIGURES_PER_CALL, NOT_MADE } from '../runner/run-pipeline.js';
import type { RunnerReport } from '../runner/messages.js';
import { outputsText } from './outputs-text.js';
import type { Outcome, PipelineDone } from './parse-reply.js';

/** What a runner reports about the items of a pipeline. */
export interface PipelineAnswers {
  /** Ordered by stage, then by item; undefined for a call that was not made. */
  readonly outcomes: readonly (Outcome | undefined)[];
  /** Items that must be run another way. */
  readonly left: ReadonlySet<number>;
  /** One for each stage. */
  readonly reports: readonly RunnerReport[];
}

/** @returns undefined if the runner's answer does not match the items and stages that it was given. */
export function readPipelineDone(
  { figures, errors, left, bytes, reports }: PipelineDone,
  items: number,
  stages: number,
): PipelineAnswers | undefined {
  const calls = items * stages;
  if (figures.length !== calls * FIGURES_PER_CALL || reports.length !== stages) return undefined;
  if (left.length > items || left.some((item) => item >= items)) return undefined;
  const text = outputsText(bytes);
  const outcomes: (Outcome | undefined)[] = [];
  let start = 0;
  let failed = 0;
  for (let at = 0; at < figures.length; at += FIGURES_PER_CALL) {
    // Each is read only once: memory that a thread shares may change meanwhile.
    const end = figures[at]!;
    if (end === NOT_MADE) {
      outcomes.push(undefined);
    } else if (end === FAILED) {
      const error = errors[failed];
      if (error === undefined) return undefined;
      failed += 1;
      outcomes.push({ ok: false, error });
    } else {
      const executionTimeMs = figures[at + 1]!;
      const memoryUsedBytes = figures[at + 2]!;
      const fuelUsed = figures[at + 3]!;
      const isPlace = Number.isSafeInteger(end) && end >= start && end <= bytes.length;
      if (!isPlace || !isAmount(executionTimeMs)) return undefined;
      if (!isAmount(memoryUsedBytes) || !isAmount(fuelUsed)) return undefined;
      const usage = { executionTimeMs, memoryUsedBytes, fuelUsed };
      outcomes.push({
        ok: true,
        bytes: bytes.subarray(start, end),
        text: text?.slice(start, end),
        usage,
      });
      start = end;
    }
  }
  return failed === errors.length ? { outcomes, left: new Set(left), reports } : undefined;
}

function isAmount(amount: number): boolean {
  return amount >= 0 && Number.isFinite(amount);
}
