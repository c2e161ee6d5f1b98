import { closeSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { digestOf } from '@testbench/core/files';
import { CallError } from '@testbench/types/errors';
import type { RunSegment } from '@testbench/types/stores';

import { withoutUndefined } from '../config/without-undefined.js';
import { BenchError } from '../errors.js';
import { canonicalJson } from '../plan/canonical-json.js';
import type { PromptContent } from '../prompts/prompt.js';
import { parseRow } from '../results/check-row.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import type { CallFailure, CaseName, ResultRow } from '../results/result-row.js';
import { createFolderRuns } from '../results/store/folder-runs.js';
import { openRegularSync } from '../results/store/open-regular.js';
import { SEGMENTS_FOLDER } from '../results/store/run-reader.js';
import { segmentName } from '../results/store/segment-file.js';
import { RowPlaces } from './row-places.js';

/** Number of records whose rows are kept: the rows of one record are requested at about the same time. */
const KEPT_RECORDS = 64;

/** The failure of a case in the replayed run. */
export class ReplayedFailure extends Error {
  constructor(readonly failure: CallFailure & { readonly stage: string }) {
    super(failure.message);
  }
}

/** An answer of a provider of a run, with the field names of the contract. */
export interface ReplayedAnswer {
  readonly text: string;
  readonly finish_reason?: string;
  readonly usage?: object;
  readonly tool_calls?: NonNullable<ResultRow['toolCalls']>;
  /** What was said on the way to the text, if the case had tools or turns. */
  readonly conversation?: Pick<ResultRow, 'transcript' | 'steps' | 'turns' | 'ended'>;
  /** Fuel used by the replayed call; absent if the call waited for a network. */
  readonly fuel?: number;
}

/** The answers of an existing run, by record, prompt, provider, model and epoch. Keeps 20 bytes per record in memory. */
export class ReplayRun {
  readonly run: StoredRun;
  readonly #segments: readonly RunSegment[];
  /** `sha256:` and the hex digest of the plan and of all rows. */
  readonly digest: string;
  readonly #places: RowPlaces;
  readonly #kept = new Map<string, readonly ResultRow[]>();

  private constructor(
    run: StoredRun,
    segments: readonly RunSegment[],
    digest: string,
    places: RowPlaces,
  ) {
    this.run = run;
    this.#segments = segments;
    this.digest = digest;
    this.#places = places;
  }

  /**
   * Reads all rows of a run once.
   *
   * @param folder The run's folder.
   * @throws {BenchError} `BENCH_RUN_UNREADABLE`, `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`; `BENCH_PLAN_CHANGED` if its filters have removed texts.
   */
  static async open(folder: string): Promise<ReplayRun> {
    const run = await readRun(folder);
    if (run.plan.filters.length > 0) {
      throw new BenchError(
        'BENCH_PLAN_CHANGED',
        `Cannot replay run ${JSON.stringify(run.path)}: its filters have taken texts away; replay a run without filters`,
        { file: run.path },
      );
    }
    const { path } = run;
    const reader = (await createFolderRuns(dirname(path)).read(basename(path)))!;
    const { segments } = reader;
    const places = new RowPlaces();
    for (const [number, segment] of segments.entries()) {
      let offset = 0;
      let last: number | undefined;
      for await (const text of reader.rows(segment)) {
        const { index, id } = parseRow(text, path);
        if (index !== last) places.add(idOf(id, index), number, offset);
        last = index;
        offset += Buffer.byteLength(text) + 1;
      }
      places.endSegment(offset);
    }
    places.finish();
    const digest = digestOf(canonicalJson([run.digest, segments.map((segment) => segment.digest)]));
    return new ReplayRun(run, segments, digest, places);
  }

  /**
   * The answer to a case.
   *
   * @param asked The prompt: an answer to a different prompt does not count.
   * @throws {ReplayedFailure} The case failed then.
   * @throws {CallError} `CALL_INVALID_INPUT`: the run has no such case, or the case had a different prompt.
   * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
   */
  answer(id: string | undefined, name: CaseName, asked: PromptContent): ReplayedAnswer {
    const { prompt, provider, model, epoch, index } = name;
    const row = this.#rows(idOf(id, index)).find(
      (one) =>
        one.prompt === prompt &&
        one.provider === provider &&
        one.model === model &&
        one.epoch === epoch,
    );
    if (row === undefined) throw this.#refuse(id, name, 'there is no such case');
    const { failure, answer = row.output } = row;
    if (!isSamePrompt(row, asked)) throw this.#refuse(id, name, 'it was asked something else');
    if (answer === undefined) {
      if (failure !== undefined) throw new ReplayedFailure(failure);
      throw this.#refuse(id, name, 'it has no text');
    }
    const { finishReason, usage, toolCalls, transcript, steps, turns, ended } = row;
    const conversation = withoutUndefined({ transcript, steps, turns, ended });
    const fuel = row.fuel?.['provider'];
    return {
      text: answer,
      ...(fuel === undefined ? {} : { fuel }),
      ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
      ...(toolCalls === undefined ? {} : { tool_calls: toolCalls }),
      ...(transcript === undefined ? {} : { conversation }),
      ...(usage === undefined
        ? {}
        : {
            usage: {
              prompt_tokens: usage.promptTokens,
              cached_tokens: usage.cachedTokens,
              completion_tokens: usage.completionTokens,
            },
          }),
    };
  }

  #refuse(id: string | undefined, name: CaseName, state: string): CallError {
    const { index, prompt, provider, model, epoch } = name;
    const what = `record ${JSON.stringify(idOf(id, index))}, prompt ${JSON.stringify(prompt)}, provider ${JSON.stringify(provider)}, model ${JSON.stringify(model)}, epoch ${epoch}`;
    return new CallError(
      'CALL_INVALID_INPUT',
      `Cannot replay ${what} from ${JSON.stringify(this.run.run)}: ${state}`,
    );
  }

  #rows(id: string): readonly ResultRow[] {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const rows = this.#readRows(id);
    if (this.#kept.size >= KEPT_RECORDS) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(id, rows);
    return rows;
  }

  #readRows(id: string): readonly ResultRow[] {
    for (const { segment, offset, length } of this.#places.find(id)) {
      const file = join(this.run.path, SEGMENTS_FOLDER, segmentName(this.#segments[segment]!));
      const rows = readPiece(file, offset, length)
        .trimEnd()
        .split('\n')
        .map((text) => parseRow(text, file));
      // Two ids may have the same hash.
      if (rows.every((row) => idOf(row.id, row.index) === id)) return rows;
    }
    return [];
  }
}

/** A record is identified by its id, or else by its index. */
function idOf(id: string | undefined, index: number): string {
  return id ?? String(index);
}

function isSamePrompt({ input, messages }: ResultRow, asked: PromptContent): boolean {
  if ('messages' in asked) return canonicalJson(messages ?? null) === canonicalJson(asked.messages);
  return input === asked.prompt;
}

function readPiece(file: string, offset: number, length: number): string {
  const handle = openRegularSync(file);
  if (handle === undefined) {
    throw new BenchError(
      'BENCH_RUN_UNREADABLE',
      `Cannot read the run's file ${JSON.stringify(file)}: it was removed since the run began`,
      { file },
    );
  }
  try {
    const bytes = Buffer.allocUnsafe(length);
    const read = readSync(handle, bytes, 0, length, offset);
    return bytes.toString('utf8', 0, read);
  } finally {
    closeSync(handle);
  }
}
