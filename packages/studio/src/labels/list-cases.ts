import type { ResultRow, StoredRun } from '@testbench/bench/results';

import { MAX_PAGE_ROWS, MAX_VALUE_CHARACTERS } from '../limits.js';
import { numberOf } from '../server/read-query.js';

/** One answer that can be labelled. */
export interface LabelCase {
  /** The record's id, or else its number, which labels refer to. */
  readonly id: string;
  readonly index: number;
  readonly prompt: string;
  readonly provider: string;
  readonly model: string;
  readonly epoch: number;
  readonly input?: string;
  readonly output?: string;
  readonly expected?: string;
  readonly scores: Readonly<Record<string, number>>;
  readonly explanations: Readonly<Record<string, string>>;
}

/** A page of the answers of a run. Failed cases have nothing to label, and are left out. */
export async function listCases(
  run: StoredRun,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<{ readonly cases: LabelCase[]; readonly next?: number }> {
  const from = numberOf(query, 'from', 0, 1e9);
  const count = numberOf(query, 'count', 20, MAX_PAGE_ROWS);
  const cases: LabelCase[] = [];
  let number = 0;
  for await (const row of run.rows()) {
    signal.throwIfAborted();
    if (row.failure !== undefined || row.dropped !== undefined || row.output === undefined)
      continue;
    number += 1;
    if (number <= from) continue;
    if (cases.length === count) return { cases, next: from + count };
    cases.push(describe(row));
  }
  return { cases };
}

function describe(row: ResultRow): LabelCase {
  const { index, id, prompt, provider, model, epoch, input, output, expected, scores } = row;
  const explanations = Object.entries(row.details ?? {}).flatMap(([name, { explanation }]) =>
    explanation === undefined ? [] : [[name, cut(explanation)] as const],
  );
  return {
    id: id ?? String(index),
    index,
    prompt,
    provider,
    model,
    epoch,
    ...(input !== undefined && { input: cut(input) }),
    ...(output !== undefined && { output: cut(output) }),
    ...(expected !== undefined && { expected: cut(expected) }),
    scores,
    explanations: Object.fromEntries(explanations),
  };
}

function cut(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}
