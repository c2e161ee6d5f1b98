import { type OptionReaders, readOptions } from '@testbench/types/config';

import { ownValue } from '../own-value.js';
import type { ResultRow } from '../results/result-row.js';
import type { ClusterBy } from '../summary/clusters.js';
import { MAX_BLOCK_NUMBERS, MAX_BOARD_SUMS, MAX_SETS } from './limits.js';
import { MetricSums } from './metric-sums.js';
import { ROW_CUTS, type RowCut, type SetLabels } from './row-cuts.js';
import { SetBlocks } from './set-blocks.js';

/** How rows are added up. */
export interface SumBoardOptions {
  /** Names of the evaluators whose metrics are sums, as rows have them. */
  readonly evaluators: readonly string[];
  /** Which sets exist: each row is in at most one set of each cut. @default by prompt, provider and model */
  readonly cuts?: readonly RowCut[];
  /** Whether to keep the data for a bootstrap. @default true */
  readonly resampling?: boolean;
  /** How records are clustered, so that a bootstrap draws them together, as in a summary. @default 'auto' */
  readonly clusters?: ClusterBy;
}

const OPTIONS: OptionReaders<SumBoardOptions> = {
  evaluators: (node) => node.list().map((name) => name.text()),
  cuts: (node) => node.list().map((cut) => cut.callback<RowCut>()),
  resampling: (node) => node.boolean(),
  clusters: (node) => node.text(),
};

/** Metrics of one evaluator over one set. */
export interface SummedSet {
  readonly evaluator: string;
  readonly labels: SetLabels;
  /** Index of the cut that made it. */
  readonly cut: number;
  readonly sums: MetricSums;
  /** Undefined without `resampling`. */
  readonly blocks: SetBlocks | undefined;
  /** Rows without a score, because the evaluator or a stage before it failed. They are left out of the sums. */
  readonly errors: number;
  /** Rows that a filter dropped; they are left out too. */
  readonly dropped: number;
  /** Why there are no sums: a row lacks its metrics, or has values that cannot be added. */
  readonly problem: string | undefined;
}

const TOO_MANY_SUMS = `all sets together have more than ${MAX_BOARD_SUMS} sums`;

type OpenSet = { -readonly [Key in keyof SummedSet]: SummedSet[Key] };

/**
 * Adds up the metrics of rows, exactly in any order, by any cuts of the rows. Memory grows with the number of sets and metrics, not
 * with the number of rows; the time to add a row grows with its metrics.
 *
 * @example
 * ```ts
 * import { SumBoard } from '@testbench/bench/aggregate';
 *
 * const board = new SumBoard({ evaluators: ['wer'], resampling: false });
 * const row = { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1, scores: { wer: 0.75 } };
 * board.add([{ ...row, details: { wer: { metrics: { errors: 1, words: 4 } } } }]);
 * board.add([{ ...row, index: 1, details: { wer: { metrics: { errors: 2, words: 6 } } } }]);
 * const [set] = board.sets();
 * set?.sums.values(); // => { errors: 3, words: 10 }
 * ```
 */
export class SumBoard {
  readonly #evaluators: readonly string[];
  readonly #cuts: readonly RowCut[];
  readonly #resampling: boolean;
  readonly #clusters: ClusterBy;
  readonly #sets = new Map<string, OpenSet>();
  /** The set found last, by cut and evaluator: rows of one set mostly follow each other. */
  readonly #last: (OpenSet | undefined)[] = [];
  #sums = 0;
  #numbers = 0;
  #isFull = false;

  /** @throws {ConfigError} An option is wrong. */
  constructor(given: SumBoardOptions) {
    const {
      evaluators,
      cuts = [ROW_CUTS.system],
      resampling = true,
      clusters = 'auto',
    } = readOptions<SumBoardOptions>(given, OPTIONS, '', ['evaluators']);
    this.#evaluators = evaluators;
    this.#cuts = cuts;
    this.#resampling = resampling;
    this.#clusters = clusters;
  }

  /** True once a set, or a metric of a set, was left out because there were too many. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds all rows of one record. Never fails: a problem with a row becomes the `problem` of its sets. */
  add(rows: readonly ResultRow[]): void {
    for (let cut = 0; cut < this.#cuts.length; cut += 1) {
      for (let evaluator = 0; evaluator < this.#evaluators.length; evaluator += 1) {
        if (rows.length === 1) this.#addTo(this.#setOf(cut, evaluator, rows[0]!), rows);
        else this.#addEach(cut, evaluator, rows);
      }
    }
  }

  /** Adds the sums of another board with the same options, such as that of another shard. */
  merge(other: SumBoard): void {
    for (const one of other.#sets.values()) {
      const { evaluator, labels, cut, sums, blocks, errors, dropped, problem } = one;
      const set = this.#find(cut, evaluator, labels);
      if (set === undefined) continue;
      set.errors += errors;
      set.dropped += dropped;
      const before = set.sums.size;
      const spoiled = set.problem ?? problem ?? set.sums.merge(sums);
      if (spoiled !== undefined) this.#spoil(set, before, spoiled);
      else if (blocks !== undefined) {
        const numbers = set.blocks?.numbers ?? 0;
        set.blocks?.merge(blocks);
        this.#numbers += (set.blocks?.numbers ?? 0) - numbers;
      }
      this.#grew(set, before);
    }
    this.#isFull ||= other.#isFull;
  }

  /** All sets, in the order of their first rows. */
  sets(): readonly SummedSet[] {
    return [...this.#sets.values()];
  }

  /** The rows of a record may be in different sets. */
  #addEach(cut: number, evaluator: number, rows: readonly ResultRow[]): void {
    const groups = new Map<OpenSet | undefined, ResultRow[]>();
    for (const row of rows) {
      const set = this.#setOf(cut, evaluator, row);
      const group = groups.get(set);
      if (group === undefined) groups.set(set, [row]);
      else group.push(row);
    }
    for (const [set, group] of groups) this.#addTo(set, group);
  }

  #addTo(set: OpenSet | undefined, rows: readonly ResultRow[]): void {
    if (set === undefined) return;
    const results: Readonly<Record<string, number>>[] = [];
    const before = set.sums.size;
    for (const row of rows) {
      if (row.dropped !== undefined) set.dropped += 1;
      else if (ownValue(row.scores, set.evaluator) === undefined || row.failure !== undefined) {
        set.errors += 1;
      } else if (set.problem === undefined) {
        const metrics = ownValue(row.details ?? {}, set.evaluator)?.metrics;
        const problem = metrics === undefined ? 'it has no metrics' : set.sums.add(metrics);
        if (problem === undefined) results.push(metrics!);
        else this.#spoil(set, before, `row of record ${row.index}: ${problem}`);
      }
    }
    if (results.length > 0 && set.problem === undefined && set.blocks !== undefined) {
      const numbers = set.blocks.numbers;
      set.blocks.add(rows[0]!, results);
      this.#numbers += set.blocks.numbers - numbers;
      if (this.#numbers > MAX_BLOCK_NUMBERS) this.#makeRoom();
    }
    this.#grew(set, before);
  }

  /** The sets with the most blocks get larger ones: several at once, so that this is not needed for every row. */
  #makeRoom(): void {
    const all = [...this.#sets.values()].flatMap(({ blocks }) => blocks ?? []);
    const most = all.reduce((count, blocks) => Math.max(count, blocks.count), 0);
    for (const blocks of all) {
      if (blocks.count < 2 || blocks.count <= most / 2) continue;
      const before = blocks.numbers;
      blocks.halve();
      this.#numbers += blocks.numbers - before;
    }
  }

  #grew(set: OpenSet, before: number): void {
    if (set.problem !== undefined) return;
    this.#sums += set.sums.size - before;
    if (this.#sums <= MAX_BOARD_SUMS || set.sums.size === before) return;
    this.#isFull = true;
    this.#spoil(set, set.sums.size, TOO_MANY_SUMS);
  }

  /** Such a set has no score: the room for its sums is freed. */
  #spoil(set: OpenSet, counted: number, problem: string): void {
    if (set.problem !== undefined) return;
    set.problem = problem;
    this.#sums -= counted;
    this.#numbers -= set.blocks?.numbers ?? 0;
    set.sums = new MetricSums();
    set.blocks = undefined;
  }

  #setOf(cut: number, evaluator: number, row: ResultRow): OpenSet | undefined {
    const labels = this.#cuts[cut]!(row);
    if (labels === undefined) return undefined;
    const place = cut * this.#evaluators.length + evaluator;
    const last = this.#last[place];
    if (last !== undefined && areSame(last.labels, labels)) return last;
    const found = this.#find(cut, this.#evaluators[evaluator]!, labels);
    this.#last[place] = found;
    return found;
  }

  /** @returns undefined if there is no room for another set. */
  #find(cut: number, evaluator: string, labels: SetLabels): OpenSet | undefined {
    const key = JSON.stringify([cut, evaluator, labels]);
    let set = this.#sets.get(key);
    if (set !== undefined) return set;
    if (this.#sets.size >= MAX_SETS) {
      this.#isFull = true;
      return undefined;
    }
    set = {
      evaluator,
      labels,
      cut,
      sums: new MetricSums(),
      blocks: this.#resampling ? new SetBlocks(this.#clusters) : undefined,
      errors: 0,
      dropped: 0,
      problem: undefined,
    };
    this.#sets.set(key, set);
    return set;
  }
}

/** True if the labels are the same, in the same order. */
function areSame(one: SetLabels, other: SetLabels): boolean {
  const names = Object.keys(one);
  const others = Object.keys(other);
  return (
    names.length === others.length &&
    names.every((name, place) => name === others[place] && one[name] === other[name])
  );
}
