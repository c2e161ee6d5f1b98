import { cellOf, recordScore, rightFrom } from './outcomes.js';
import type { PageStore } from './page-store.js';
import type { ViewState } from './view-state.js';

/**
 * Positions of the records that a view shows, in its order.
 *
 * @param found Result of a search: 1 for each row that contains the text; undefined without a search.
 */
export function selectRecords(
  store: PageStore,
  view: ViewState,
  found: Uint8Array | undefined,
): number[] {
  const selected: number[] = [];
  for (let record = 0; record < store.recordCount; record += 1) {
    if (view.group !== -1 && store.index.records.group[record] !== view.group) continue;
    if (view.cell !== '' && cellOf(store, record, view.a, view.b, view.by) !== view.cell) continue;
    if (store.rowsOfRecord[record]!.some((row) => isShown(store, view, row, found))) {
      selected.push(record);
    }
  }
  return sortRecords(store, view, selected);
}

function isShown(
  store: PageStore,
  view: ViewState,
  number: number,
  found: Uint8Array | undefined,
): boolean {
  if (found !== undefined && found[number] === 0) return false;
  const { system, show, by } = view;
  if (system === -1 && show === 'all') return true;
  const row = store.row(number);
  if (system !== -1 && row.system !== system) return false;
  if (show === 'all') return true;
  if (show === 'failed') return row.isFailed;
  if (show === 'dropped') return row.isDropped;
  const score = store.score(by, number);
  if (score === null || row.isDropped) return false;
  return score >= rightFrom(store, by) === (show === 'right');
}

/** Records without a value come last. */
function sortRecords(store: PageStore, view: ViewState, records: number[]): number[] {
  if (view.sort === 'data set') return records;
  const values = new Map(records.map((record) => [record, sortValue(store, view, record)]));
  return records.sort((one, other) => values.get(one)! - values.get(other)!);
}

/** The lowest score, or the longest or most expensive call, of the selected systems; the lowest value comes first. */
function sortValue(store: PageStore, view: ViewState, record: number): number {
  const rows = store.rowsOfRecord[record]!.map((number) => store.row(number)).filter(
    ({ system }) => view.system === -1 || view.system === system,
  );
  if (view.sort === 'score') {
    const scores = [...new Set(rows.map(({ system }) => system))].map(
      (system) => recordScore(store, record, system, view.by) ?? Number.POSITIVE_INFINITY,
    );
    return Math.min(Number.POSITIVE_INFINITY, ...scores);
  }
  const values = rows.map((row) => (view.sort === 'cost' ? row.cost : row.latencyMs) ?? 0);
  return -Math.max(0, ...values);
}
