import { canonicalJson } from '../plan/canonical-json.js';
import type { ResultRow } from './result-row.js';

/**
 * A row as it appears in every run of its plan: without `measured`, in canonical JSON.
 *
 * @example
 * ```ts
 * import { canonicalRow } from '@testbench/bench/results';
 *
 * const row = { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1, scores: {} };
 * canonicalRow({ ...row, measured: { totalMs: 7 } }) === canonicalRow(row); // => true
 * ```
 */
export function canonicalRow({ measured: _measured, ...row }: ResultRow): string {
  return canonicalJson(row);
}
