import type { ResultRow } from '@testbench/bench/results';

import { BLOCK_ROWS, MAX_PAGE_CHARACTERS, MAX_PAGE_RECORDS, MAX_PAGE_ROWS } from '../limits.js';
import { recordName, type ReportedRun, type ReportResults } from '../reporter.js';
import { encodeRow, type EncodedRow, formatBlock } from './encode-block.js';
import {
  type PageIndex,
  type PageRun,
  type PageSample,
  type PageSystem,
  RowFlag,
} from './page-data.js';

/** An image of a record, by the run that may have kept it. */
export interface PageImage {
  /** Position of the run. */
  readonly run: number;
  /** `sha256:` and the hex digest of its bytes. */
  readonly digest: string;
}

/** Limits of a page. */
export interface PageLimits {
  readonly maxRecords: number;
  readonly maxRows: number;
  readonly maxCharacters: number;
}

export const PAGE_LIMITS: PageLimits = {
  maxRecords: MAX_PAGE_RECORDS,
  maxRows: MAX_PAGE_ROWS,
  maxCharacters: MAX_PAGE_CHARACTERS,
};

interface KeptRow {
  readonly system: number;
  readonly epoch: number;
  readonly flags: number;
  readonly scores: readonly (number | null)[];
  readonly latencyMs: number | null;
  readonly cost: number | null;
  readonly encoded: EncodedRow;
  /** Those of its record. */
  readonly images: readonly PageImage[];
}

interface KeptRecord {
  readonly index: number;
  readonly id: string | undefined;
  readonly group: string | undefined;
  /** Sort key for sampling: records with lower ones are kept. */
  readonly order: number;
  isFailed: boolean;
  characters: number;
  readonly rows: KeptRow[];
}

/** Collects the rows of a page, and takes a sample of the records if there are too many. */
export class PageBuilder {
  readonly #runs: readonly ReportedRun[];
  readonly #limits: PageLimits;
  readonly #systems: PageSystem[] = [];
  readonly #systemNumbers = new Map<string, number>();
  readonly #evaluators: { name: string; threshold?: number }[] = [];
  readonly #records = new Map<string, KeptRecord>();
  /** By id, in the run that came first: later runs may have the records in a different order. */
  readonly #keysOfIds = new Map<string, string>();
  readonly #removed = new Set<string>();
  #rows = 0;
  #characters = 0;
  #totalFailed = new Set<string>();
  #last: string | undefined;

  constructor(runs: readonly ReportedRun[], limits: PageLimits) {
    this.#runs = runs;
    this.#limits = limits;
    for (const [run, { plan }] of runs.entries()) {
      for (const { name: prompt } of plan.prompts) {
        for (const { as: provider, models } of plan.providers) {
          for (const { name: model } of models) this.#addSystem({ run, prompt, provider, model });
        }
      }
      for (const { as: name, threshold } of plan.evaluators) {
        if (this.#evaluators.some((known) => known.name === name)) continue;
        this.#evaluators.push({ name, ...(threshold === undefined ? {} : { threshold }) });
      }
    }
  }

  add(row: ResultRow, run: number): void {
    const key = this.#keyOf(row, run);
    const isFailed = row.failure !== undefined || row.errors !== undefined;
    if (isFailed) this.#totalFailed.add(key);
    // A failure in a later run counts too: its record must still be there then.
    const name = recordName(row);
    const isWanted = isFailed || this.#runs.some(({ failedRecords }) => failedRecords?.has(name));
    if (this.#removed.has(key)) return;
    if (key !== this.#last) this.#makeRoom();
    this.#last = key;
    let record = this.#records.get(key);
    if (record === undefined) {
      const { index, id, group } = row;
      record = {
        index,
        id,
        group,
        order: hashText(key),
        isFailed: isWanted,
        characters: 0,
        rows: [],
      };
      this.#records.set(key, record);
    }
    const kept = this.#keep(row, run);
    record.rows.push(kept);
    record.isFailed ||= isFailed;
    record.characters += kept.encoded.characters;
    this.#rows += 1;
    this.#characters += kept.encoded.characters;
  }

  /** The index, and the blocks one after another. */
  finish(results: ReportResults): {
    index: PageIndex;
    blocks: string[];
    /** Each once. */
    images: readonly PageImage[];
  } {
    this.#last = undefined;
    if (this.#isOver(1)) this.#shrink(1);
    const records = [...this.#records.values()];
    const rows = records.flatMap((record, number) =>
      record.rows.map((row) => ({ record: number, row })),
    );
    const groups = [
      ...new Set(
        records.flatMap(({ group }) => (group === undefined || group === '' ? [] : [group])),
      ),
    ];
    const groupNumbers = new Map(groups.map((group, number) => [group, number]));
    const sample = this.#sample(records);
    const index: PageIndex = {
      formatVersion: 1,
      title: [...new Set(this.#runs.map(({ plan }) => plan.name))].join(' · '),
      runs: this.#runs.map(describeRun),
      systems: this.#systems,
      evaluators: this.#evaluators,
      groups,
      records: {
        index: records.map((record) => record.index),
        id: records.map(({ id }) => id ?? null),
        group: records.map(({ group }) => groupNumbers.get(group ?? '') ?? -1),
      },
      rows: {
        record: rows.map(({ record }) => record),
        system: rows.map(({ row }) => row.system),
        epoch: rows.map(({ row }) => row.epoch),
        flags: rows.map(({ row }) => row.flags),
        scores: this.#evaluators.map((_, evaluator) =>
          rows.map(({ row }) => row.scores[evaluator] ?? null),
        ),
        latencyMs: rows.map(({ row }) => row.latencyMs),
        cost: rows.map(({ row }) => row.cost),
      },
      results,
      blockRows: BLOCK_ROWS,
      ...(sample === undefined ? {} : { sample }),
    };
    const blocks: string[] = [];
    for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
      blocks.push(formatBlock(rows.slice(start, start + BLOCK_ROWS).map(({ row }) => row.encoded)));
    }
    const images = new Map(
      rows.flatMap(({ row }) => row.images.map((image) => [image.digest, image] as const)),
    );
    return { index, blocks, images: [...images.values()] };
  }

  #keep(row: ResultRow, run: number): KeptRow {
    const { measured, failure, errors, dropped, passed } = row;
    const flags =
      (failure === undefined && errors === undefined ? 0 : RowFlag.failed) |
      (dropped === undefined ? 0 : RowFlag.dropped) |
      (passed === true ? RowFlag.passed : 0) |
      (passed === false ? RowFlag.notPassed : 0);
    return {
      system: this.#addSystem({ ...row, run }),
      epoch: row.epoch,
      flags,
      scores: this.#evaluators.map(({ name }) =>
        Object.hasOwn(row.scores, name) ? row.scores[name]! : null,
      ),
      latencyMs: measured?.totalMs ?? null,
      cost: measured?.cost ?? null,
      encoded: encodeRow(row),
      images: (row.attachments ?? [])
        .filter(({ mediaType }) => mediaType.startsWith('image/'))
        .map(({ digest }) => ({ run, digest })),
    };
  }

  #addSystem({ run, prompt, provider, model }: PageSystem): number {
    const key = JSON.stringify([run, prompt, provider, model]);
    let number = this.#systemNumbers.get(key);
    if (number === undefined) {
      number = this.#systems.length;
      this.#systems.push({ run, prompt, provider, model });
      this.#systemNumbers.set(key, number);
    }
    return number;
  }

  /** Identifies a record across runs: by its position in the first run, and in the others by its id if it has one. */
  #keyOf({ index, id }: ResultRow, run: number): string {
    const own = `#${index}`;
    if (id === undefined) return own;
    const known = this.#keysOfIds.get(id);
    if (run === 0) {
      if (known === undefined) this.#keysOfIds.set(id, own);
      return own;
    }
    return known ?? `${run}#${index}`;
  }

  /** Called before a new record: sorts only now and then, not each time. */
  #makeRoom(): void {
    if (this.#isOver(1.25)) this.#shrink(1);
  }

  #isOver(factor: number): boolean {
    const { maxRecords, maxRows, maxCharacters } = this.#limits;
    return (
      this.#records.size > maxRecords * factor ||
      this.#rows > maxRows * factor ||
      this.#characters > maxCharacters * factor
    );
  }

  /** Removes records until the rest is within the limits: those with failures last, the others by a hash of their key. */
  #shrink(factor: number): void {
    const entries = [...this.#records].sort(
      ([, one], [, other]) =>
        Number(one.isFailed) - Number(other.isFailed) || other.order - one.order,
    );
    for (const [key, record] of entries) {
      if (!this.#isOver(factor)) return;
      this.#records.delete(key);
      this.#removed.add(key);
      this.#rows -= record.rows.length;
      this.#characters -= record.characters;
    }
  }

  #sample(records: readonly KeptRecord[]): PageSample | undefined {
    if (this.#removed.size === 0) return undefined;
    return {
      records: records.length,
      totalRecords: records.length + this.#removed.size,
      failedRecords: records.filter(({ isFailed }) => isFailed).length,
      totalFailedRecords: this.#totalFailed.size,
    };
  }
}

function describeRun({
  run,
  digest,
  plan,
  writtenAt,
  records,
  isComplete,
  summary,
}: ReportedRun): PageRun {
  return {
    run,
    digest,
    plan,
    writtenAt,
    records,
    isComplete,
    plugins: summary?.plugins ?? [],
    failures: summary?.failures ?? [],
    ...(summary === undefined
      ? {}
      : { startedAt: summary.measured.startedAt, durationMs: summary.measured.durationMs }),
  };
}

/** FNV-1a with a final mix: gives the same sample each time, independent of the order. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
