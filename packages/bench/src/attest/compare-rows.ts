import { canonicalJson } from '../plan/canonical-json.js';
import type { CaseName, ResultRow } from '../results/result-row.js';

/** A value in a row that differs. */
export interface RowDifference extends CaseName {
  readonly id?: string;
  /** The record's line in its file. */
  readonly line?: number;
  /** The evaluator whose value it is; absent for values that come from the record. */
  readonly evaluator?: string;
  readonly what:
    | 'score'
    | 'fuel'
    | 'details'
    | 'error'
    | 'id'
    | 'line'
    | 'group'
    | 'columns'
    | 'expected'
    | 'input'
    | 'messages';
  /** The value in the run. */
  readonly recorded: unknown;
  /** The value computed now, or the value in the data set. */
  readonly found: unknown;
}

/** Compares the evaluators' results for one row, then and now. */
export function compareRows(
  recorded: ResultRow,
  found: ResultRow,
  evaluators: readonly string[],
  withFuel: boolean,
): RowDifference[] {
  const place = placeOf(recorded);
  const differences: RowDifference[] = [];
  for (const evaluator of evaluators) {
    const compare = (what: RowDifference['what'], before: unknown, now: unknown): void => {
      if (equal(before, now)) return;
      differences.push({ ...place, evaluator, what, recorded: before, found: now });
    };
    compare('score', own(recorded.scores, evaluator), own(found.scores, evaluator));
    compare('error', own(recorded.errors, evaluator)?.code, own(found.errors, evaluator)?.code);
    compare('details', own(recorded.details, evaluator), own(found.details, evaluator));
    if (withFuel) compare('fuel', own(recorded.fuel, evaluator), own(found.fuel, evaluator));
  }
  return differences;
}

/** Names a row. */
export function placeOf({
  index,
  prompt,
  provider,
  model,
  epoch,
  id,
  line,
}: ResultRow): CaseName & Pick<RowDifference, 'id' | 'line'> {
  return {
    index,
    prompt,
    provider,
    model,
    epoch,
    ...(id === undefined ? {} : { id }),
    ...(line === undefined ? {} : { line }),
  };
}

/** True if two values are the same JSON. */
export function equal(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (one === undefined || other === undefined) return false;
  return canonicalJson(one) === canonicalJson(other);
}

function own<Value>(
  values: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}
