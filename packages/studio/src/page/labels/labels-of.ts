import type { HumanLabel } from '@testbench/bench/judging';

import type { LabelCase } from '../../labels/list-cases.js';

/** The last label of each person and evaluator for a case. */
export function labelsOf(
  labels: readonly HumanLabel[],
  { id, prompt, provider, model, epoch }: LabelCase,
): readonly HumanLabel[] {
  const last = new Map<string, HumanLabel>();
  for (const label of labels) {
    const isAbout =
      label.id === id &&
      (label.prompt ?? prompt) === prompt &&
      (label.provider ?? provider) === provider &&
      (label.model ?? model) === model &&
      (label.epoch ?? epoch) === epoch;
    if (isAbout) last.set(JSON.stringify([label.who, label.evaluator]), label);
  }
  return [...last.values()];
}
