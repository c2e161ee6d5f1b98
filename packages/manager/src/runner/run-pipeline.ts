import type { RawOutput } from '@testbench/runtime';
import { parseOutputEnvelope, parseWireJson } from '@testbench/types';
import { type ErrorRecord, PluginError } from '@testbench/types/errors';

import { MAX_PIPELINE_ANSWER_LENGTH, MAX_PIPELINE_OUTPUT_BYTES } from '../limits.js';
import {
  envelopeEnd,
  type Given,
  givenBy,
  NOTHING_GIVEN,
  stageInput,
} from '../pipeline/pipeline-stage.js';
import type { RunnerCommand, RunnerReply, RunnerStage } from './messages.js';

type PipelineCommand = Extract<RunnerCommand, { type: 'pipeline' }>;
type PipelineReply = Omit<Extract<RunnerReply, { type: 'pipeline-done' }>, 'reports'>;

/** Numbers for each call in {@link PipelineReply}: the end of its output or a marker, milliseconds, bytes of memory, fuel. */
export const FIGURES_PER_CALL = 4;
/** Instead of an end: the call was not made. */
export const NOT_MADE = -1;
/** Instead of an end: the call failed, and its error is the next one in the list. */
export const FAILED = -2;

/** What the runner provides for a pipeline. */
export interface PipelineHost {
  /** Runs an input on a guest. @throws What `PluginInstance.executeRaw` throws. */
  run(
    stage: number,
    item: number,
    input: string,
    keep: (bytes: Uint8Array) => Uint8Array,
  ): RawOutput;
  isCancelled(): boolean;
  toRecord(error: unknown): ErrorRecord;
}

/**
 * Sends items through all stages: the outputs of one stage are the answers that later stages are given.
 *
 * All items go through a stage before the next one begins: a plugin whose memory and code are already in the processor's cache takes a fifth less time.
 */
export function runPipeline(command: PipelineCommand, host: PipelineHost): PipelineReply {
  const { stages, text, ends, requestIds } = command;
  const count = requestIds.length;
  const width = count === 0 ? 0 : ends.length / count;
  const figures = new Float64Array(count * stages.length * FIGURES_PER_CALL).fill(NOT_MADE);
  const errors: ErrorRecord[] = [];
  const left: number[] = [];
  const outputs = new OutputBytes();
  const keep = (bytes: Uint8Array): Uint8Array => outputs.add(bytes);
  const endings = requestIds.map(envelopeEnd);
  /** Undefined for an item that has ended. */
  const givens: (Given | undefined)[] = requestIds.map(() => NOTHING_GIVEN);
  const leave = (item: number): void => {
    left.push(item);
    givens[item] = undefined;
  };
  const runOne = (stage: RunnerStage, number: number, item: number, given: Given): void => {
    if (outputs.length > MAX_PIPELINE_OUTPUT_BYTES) return leave(item);
    const at = (number * count + item) * FIGURES_PER_CALL;
    const textAt = (place: number): string => {
      const index = item * width + place;
      return text.slice(index === 0 ? 0 : ends[index - 1], ends[index]);
    };
    const start = outputs.length;
    let output: RawOutput;
    try {
      const input = stageInput(stage, textAt, given, endings[item]!);
      output = host.run(number, item, input, keep);
    } catch (error) {
      // The guest may have failed after it gave its output.
      outputs.length = start;
      figures[at] = FAILED;
      errors.push(host.toRecord(error));
      if (stage.gives !== 'verdict') givens[item] = undefined;
      return;
    }
    const { bytes, usage } = output;
    figures[at] = outputs.length;
    figures[at + 1] = usage.executionTimeMs;
    figures[at + 2] = usage.memoryUsedBytes;
    figures[at + 3] = usage.fuelUsed;
    if (stage.gives === 'verdict') return;
    const next = readGiven(bytes, stage, given);
    if (next !== undefined && lengthOf(next) > MAX_PIPELINE_ANSWER_LENGTH) return leave(item);
    givens[item] = next;
  };
  for (const [number, stage] of stages.entries()) {
    for (let item = 0; item < count && !host.isCancelled(); item += 1) {
      const given = givens[item];
      if (given !== undefined) runOne(stage, number, item, given);
    }
  }
  return { type: 'pipeline-done', figures, errors, left, bytes: outputs.take() };
}

function lengthOf({ answer, toolCalls }: Given): number {
  return answer.length + toolCalls.length;
}

/** What an output gives to later stages; undefined if the host will find it invalid, or if it has no text. */
function readGiven(
  bytes: Uint8Array,
  { payload, gives }: RunnerStage,
  before: Given,
): Given | undefined {
  try {
    const value = parseWireJson(bytes);
    const data = payload === 'envelope' ? parseOutputEnvelope(value).data : value;
    return givenBy(gives, data, before);
  } catch (error) {
    if (PluginError.is(error)) return undefined;
    throw error;
  }
}

/** A growing buffer of bytes. */
class OutputBytes {
  #bytes = new Uint8Array(16 * 1024);
  /** May only be reduced. */
  length = 0;

  /** @returns A view of them in the buffer, valid until others are added. */
  add(bytes: Uint8Array): Uint8Array {
    const start = this.length;
    const end = start + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, start);
    this.length = end;
    return this.#bytes.subarray(start, end);
  }

  /** A copy of exactly this size: a view would include the rest of the buffer. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}
