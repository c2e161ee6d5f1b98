import { ROW_CUTS } from '../aggregate/row-cuts.js';
import { SumBoard } from '../aggregate/sum-board.js';
import { ownValue } from '../own-value.js';
import { groupRecords } from '../results/group-records.js';
import type { ResultRow } from '../results/result-row.js';
import type { Clusters } from '../summary/clusters.js';
import { systemKey } from '../summary/score-table.js';
import type { ComparedSide } from './compared-side.js';
import { MAX_PAIRED_BLOCKS, MAX_PAIRED_NUMBERS, MAX_SET_GROUPS } from './limits.js';
import type { PairedRecords } from './pair-records.js';
import type { PairedSystems } from './pair-systems.js';
import { hasResult, NumberSet } from './record-results.js';
import { SumColumns } from './sum-columns.js';

/** Index of the cut by group among the cuts of a board; the first is the whole set. */
export const GROUP_CUT = 1;

/** The sums of one evaluator for two systems, over the records for which both have results. */
export interface PairedSet {
  /** Index among the pairs. */
  readonly pair: number;
  readonly evaluator: string;
  /** Number of records. */
  readonly n: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Exact sums of each side, for the whole set and by group. */
  readonly boards: readonly [a: SumBoard, b: SumBoard];
  /** Sums of both sides by block of records. */
  readonly columns: SumColumns;
}

/** The data that sets are made from. */
export interface PairedSetsSetting {
  readonly sides: readonly [a: ComparedSide, b: ComparedSide];
  readonly systems: PairedSystems;
  readonly paired: PairedRecords;
  readonly clusters: Clusters | undefined;
  readonly evaluators: readonly string[];
}

interface OpenSet extends PairedSet {
  /** Indices of records among the paired ones. */
  readonly shared: NumberSet;
  /** The systems of both sides, as returned by `systemKey`. */
  readonly keys: readonly [a: string, b: string];
}

/**
 * Adds up the metrics of two runs' rows, by pair and evaluator. The rows are read again, because only now is it known which records both have.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function addUpPairs(setting: PairedSetsSetting): Promise<readonly PairedSet[]> {
  const { sides, paired, clusters } = setting;
  let group: string | undefined;
  const sets = openSets(setting, () => group);
  if (sets.length === 0) return [];
  const blockOf = blocksOf(paired.records.count, clusters);
  const isOneRun = sides[0] === sides[1];
  for (const [number, side] of sides.entries()) {
    if (isOneRun && number === 1) break;
    const targets = (isOneRun ? [0, 1] : [number]) as (0 | 1)[];
    const pairOf = pairsByPlace(number === 0 ? paired.a : paired.b, side.table.records.count);
    let place = 0;
    for await (const rows of groupRecords(side.rows!(), (row) => row)) {
      // Rows added since the first reading are in no pair.
      const pair = (pairOf[place] ?? 0) - 1;
      place += 1;
      if (pair < 0) continue;
      group = paired.records.groups.at(pair);
      const bySystem = rowsBySystem(rows);
      for (const target of targets) addRecord(sets, { bySystem, pair, target, blockOf });
    }
  }
  return sets;
}

function openSets(
  { sides, systems, paired, evaluators }: PairedSetsSetting,
  group: () => string | undefined,
): OpenSet[] {
  const [left, right] = sides;
  const hasGroups = paired.records.groups.pool.size <= MAX_SET_GROUPS;
  const byGroup = (): { group: string } | undefined => {
    const name = group();
    return name === undefined ? undefined : { group: name };
  };
  const blocks = Math.min(MAX_PAIRED_BLOCKS, paired.records.count);
  const most = MAX_PAIRED_NUMBERS / Math.max(1, systems.pairs.length * evaluators.length);
  return systems.pairs.flatMap((each, pair) =>
    evaluators.map((evaluator): OpenSet => {
      const a = left.results!.of(evaluator, left.table.systems.indexOf(each.a));
      const b = right.results!.of(evaluator, right.table.systems.indexOf(each.b));
      const shared = new NumberSet();
      const counts = { n: 0, onlyA: 0, onlyB: 0 };
      for (let at = 0; at < paired.records.count; at += 1) {
        const [inA, inB] = [a.has(paired.a[at]!), b.has(paired.b[at]!)];
        if (inA && inB) {
          shared.add(at);
          counts.n += 1;
        } else if (inA) counts.onlyA += 1;
        else if (inB) counts.onlyB += 1;
      }
      const board = (): SumBoard =>
        new SumBoard({
          evaluators: [evaluator],
          cuts: [ROW_CUTS.all, ...(hasGroups ? [byGroup] : [])],
          resampling: false,
        });
      return {
        pair,
        evaluator,
        ...counts,
        boards: [board(), board()],
        columns: new SumColumns(blocks, most),
        shared,
        keys: [systemKey(each.a.name), systemKey(each.b.name)],
      };
    }),
  );
}

/** The rows of a record; there are many if there are many systems. */
function rowsBySystem(rows: readonly ResultRow[]): ReadonlyMap<string, readonly ResultRow[]> {
  const bySystem = new Map<string, ResultRow[]>();
  for (const row of rows) {
    const key = systemKey(row);
    const others = bySystem.get(key);
    if (others === undefined) bySystem.set(key, [row]);
    else others.push(row);
  }
  return bySystem;
}

function addRecord(
  sets: readonly OpenSet[],
  record: {
    readonly bySystem: ReadonlyMap<string, readonly ResultRow[]>;
    readonly pair: number;
    readonly target: 0 | 1;
    readonly blockOf: (pair: number) => number;
  },
): void {
  const { bySystem, pair, target, blockOf } = record;
  for (const { evaluator, keys, shared, boards, columns } of sets) {
    if (!shared.has(pair)) continue;
    const rows = bySystem.get(keys[target]) ?? [];
    boards[target].add(rows);
    columns.add(target, blockOf(pair), metricsOf(rows, evaluator));
  }
}

function metricsOf(
  rows: readonly ResultRow[],
  evaluator: string,
): Readonly<Record<string, number>>[] {
  return rows.flatMap((row) => {
    if (!hasResult(row, evaluator)) return [];
    // A row without metrics spoils the exact sums, so there is no score, and nothing is drawn.
    const metrics = ownValue(row.details ?? {}, evaluator)?.metrics;
    return metrics === undefined ? [] : [metrics];
  });
}

/** Neighbours share a block if there are too many records; clusters stay together. */
function blocksOf(count: number, clusters: Clusters | undefined): (pair: number) => number {
  const blocks = Math.min(MAX_PAIRED_BLOCKS, count);
  if (clusters === undefined) return (pair) => Math.floor((pair * blocks) / count);
  const { numbers } = clusters;
  return (pair) => numbers[pair]! % blocks;
}

/** Index among the paired records, from 1, by index in a table; 0 if not paired. */
function pairsByPlace(places: Uint32Array, records: number): Uint32Array {
  const pairs = new Uint32Array(records);
  for (const [pair, place] of places.entries()) pairs[place] = pair + 1;
  return pairs;
}
