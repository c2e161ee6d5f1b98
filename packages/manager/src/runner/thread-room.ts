import {
  MAX_BATCH_INPUTS,
  MAX_FRAME_JSON_BYTES,
  ROOM_ANSWER_BYTES,
  ROOM_CALL_BYTES,
} from '../limits.js';
import type { RunnerCommand, RunnerOutcome, RunnerReply } from './messages.js';

type CallCommand = Extract<RunnerCommand, { type: 'call' }>;
type DoneReply = Extract<RunnerReply, { type: 'done' }>;

/** The memory of a {@link ThreadRoom}. */
export interface RoomMemory {
  readonly call: SharedArrayBuffer;
  readonly answer: SharedArrayBuffer;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Copies between aligned places are several times as fast in shared memory. */
const ALIGNMENT = 8;
const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const FIGURE_BYTES = Float64Array.BYTES_PER_ELEMENT;
const HEADER_BYTES = 16;
const HEADER_FIGURES = HEADER_BYTES / FIGURE_BYTES;
/** Version, marks, milliseconds, fuel, random stream, time. */
const CALL_FIGURES = 6;
const LENGTHS_AT = HEADER_BYTES + CALL_FIGURES * FIGURE_BYTES;
/** The end of the output, milliseconds, bytes of memory, fuel; or {@link FAILED} and zeros. */
const FIGURES_PER_OUTCOME = 4;
/** Instead of an end: the input failed, and its error is the next one in the list. */
const FAILED = -1;
/** A UTF-16 unit takes at most three bytes. */
const MAX_BYTES_PER_UNIT = 3;

/** Marks of a call. */
const enum Mark {
  Batch = 1,
  Stream = 2,
  HasNow = 4,
}

/** Of a command in which nothing failed, and nobody asked the host for anything. */
const NOTHING_SAID = { errors: [], report: { calls: 0, denied: 0, callsByName: {} } };

/**
 * Memory that a host and a runner thread share, for calls and their answers: messages between threads are serialized, copied and
 * deserialized, and go through an event.
 *
 * ```
 * call:   | u32: length of text | u32: inputs | 8 bytes | f64 x 6: figures | u32 for each input: its length | inputs, each aligned | text |
 * answer: | u32: length of text | u32: outcomes | u32: length of outputs | 4 bytes | f64 x 4 for each outcome | outputs | text |
 * ```
 *
 * The text is JSON, or empty: the request id of a call; errors and host calls of an answer.
 *
 * There is one call at a time, so that each side owns what it reads until it answers. The thread's engine may have been taken over:
 * the host reads an answer's lengths once, copies it out, and only then reads the copy, which is checked like any message.
 */
export class ThreadRoom {
  readonly #call: Uint8Array;
  readonly #callWords: Uint32Array;
  readonly #callFigures: Float64Array;
  readonly #answer: Uint8Array;
  readonly #answerWords: Uint32Array;
  readonly #answerFigures: Float64Array;

  constructor(readonly memory: RoomMemory) {
    this.#call = new Uint8Array(memory.call);
    this.#callWords = new Uint32Array(memory.call);
    this.#callFigures = new Float64Array(memory.call);
    this.#answer = new Uint8Array(memory.answer);
    this.#answerWords = new Uint32Array(memory.answer);
    this.#answerFigures = new Float64Array(memory.answer);
  }

  /** Memory for a new room: what is not used takes no memory. */
  static reserve(): RoomMemory {
    return {
      call: new SharedArrayBuffer(ROOM_CALL_BYTES),
      answer: new SharedArrayBuffer(ROOM_ANSWER_BYTES),
    };
  }

  /** Leaves a call for the thread. @returns False if it does not fit: then send it in another way. */
  writeCall(command: CallCommand): boolean {
    const { inputs, requestId, nowMs } = command;
    const { length: count } = inputs;
    if (count > MAX_BATCH_INPUTS) return false;
    let end = aligned(LENGTHS_AT + count * WORD_BYTES);
    for (let index = 0; index < count; index += 1) {
      const length = this.#writeInput(inputs[index]!, end);
      if (length === undefined) return false;
      this.#callWords[LENGTHS_AT / WORD_BYTES + index] = length;
      end = aligned(end + length);
    }
    const text = requestId === undefined ? '' : JSON.stringify(requestId);
    if (end + text.length * MAX_BYTES_PER_UNIT > this.#call.length) return false;
    this.#callWords[0] = writeText(text, this.#call, end);
    this.#callWords[1] = count;
    const figures = this.#callFigures;
    figures[HEADER_FIGURES] = command.version;
    figures[HEADER_FIGURES + 1] =
      (command.batch ? Mark.Batch : 0) |
      (command.stream ? Mark.Stream : 0) |
      (nowMs === undefined ? 0 : Mark.HasNow);
    figures[HEADER_FIGURES + 2] = command.timeoutMs;
    figures[HEADER_FIGURES + 3] = command.maxFuel;
    figures[HEADER_FIGURES + 4] = command.randomStream;
    figures[HEADER_FIGURES + 5] = nowMs ?? 0;
    return true;
  }

  /** The call that {@link writeCall} left. Its inputs are views, valid until it is answered. */
  readCall(): CallCommand {
    const room = this.#call;
    const textLength = this.#callWords[0]!;
    const count = this.#callWords[1]!;
    const inputs: Uint8Array[] = [];
    let end = aligned(LENGTHS_AT + count * WORD_BYTES);
    for (let index = 0; index < count; index += 1) {
      const length = this.#callWords[LENGTHS_AT / WORD_BYTES + index]!;
      inputs.push(room.subarray(end, end + length));
      end = aligned(end + length);
    }
    const figures = this.#callFigures;
    const marks = figures[HEADER_FIGURES + 1]!;
    const text = room.slice(end, end + textLength);
    return {
      type: 'call',
      version: figures[HEADER_FIGURES]!,
      inputs,
      batch: (marks & Mark.Batch) !== 0,
      stream: (marks & Mark.Stream) !== 0,
      timeoutMs: figures[HEADER_FIGURES + 2]!,
      maxFuel: figures[HEADER_FIGURES + 3]!,
      randomStream: figures[HEADER_FIGURES + 4]!,
      ...((marks & Mark.HasNow) === 0 ? {} : { nowMs: figures[HEADER_FIGURES + 5]! }),
      ...(textLength === 0 ? {} : { requestId: JSON.parse(decoder.decode(text)) as string }),
    };
  }

  /** Leaves an answer for the host. @returns False if it does not fit: then send it in another way. */
  writeDone({ outcomes, bytes, report }: DoneReply): boolean {
    const room = this.#answer;
    const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
    const isQuiet = errors.length === 0 && report.calls === 0;
    const text = isQuiet ? '' : JSON.stringify({ errors, report });
    const outputsAt = HEADER_BYTES + outcomes.length * FIGURES_PER_OUTCOME * FIGURE_BYTES;
    const end = outputsAt + bytes.length;
    if (end + text.length * MAX_BYTES_PER_UNIT > room.length) return false;
    for (const [index, outcome] of outcomes.entries()) {
      this.#writeFigures(HEADER_FIGURES + index * FIGURES_PER_OUTCOME, outcome);
    }
    room.set(bytes, outputsAt);
    this.#answerWords[0] = writeText(text, room, end);
    this.#answerWords[1] = outcomes.length;
    this.#answerWords[2] = bytes.length;
    return true;
  }

  /** The answer that the thread left, as a message that has yet to be checked; undefined if it is no such thing. */
  readDone(): unknown {
    // Each is read only once: a thread that was taken over may change them meanwhile.
    const textLength = this.#answerWords[0]!;
    const count = this.#answerWords[1]!;
    const outputsLength = this.#answerWords[2]!;
    const outputsAt = count * FIGURES_PER_OUTCOME * FIGURE_BYTES;
    const textAt = outputsAt + outputsLength;
    if (count > MAX_BATCH_INPUTS || textLength > MAX_FRAME_JSON_BYTES) return undefined;
    if (HEADER_BYTES + textAt + textLength > this.#answer.length) return undefined;
    const copy = this.#answer.slice(HEADER_BYTES, HEADER_BYTES + textAt + textLength);
    const figures = new Float64Array(copy.buffer, 0, count * FIGURES_PER_OUTCOME);
    const said = textLength === 0 ? NOTHING_SAID : readSaid(copy.subarray(textAt));
    if (said === undefined) return undefined;
    const { errors, report } = said;
    let failed = 0;
    const outcomes: unknown[] = [];
    for (let at = 0; at < figures.length; at += FIGURES_PER_OUTCOME) {
      const end = figures[at]!;
      if (end === FAILED) {
        outcomes.push({ ok: false, error: errors[failed] });
        failed += 1;
        continue;
      }
      const executionTimeMs = figures[at + 1]!;
      const memoryUsedBytes = figures[at + 2]!;
      const fuelUsed = figures[at + 3]!;
      outcomes.push({ ok: true, end, executionTimeMs, memoryUsedBytes, fuelUsed });
    }
    return { type: 'done', outcomes, bytes: copy.subarray(outputsAt, textAt), report };
  }

  /** @returns Its length in bytes; undefined if it does not fit. */
  #writeInput(input: string | Uint8Array, start: number): number | undefined {
    const room = this.#call;
    if (start + input.length > room.length) return undefined;
    if (typeof input !== 'string') {
      room.set(input, start);
      return input.length;
    }
    const { read, written } = encoder.encodeInto(input, room.subarray(start));
    return read === input.length ? written : undefined;
  }

  #writeFigures(at: number, outcome: RunnerOutcome): void {
    const figures = this.#answerFigures;
    figures[at] = outcome.ok ? outcome.end : FAILED;
    figures[at + 1] = outcome.ok ? outcome.executionTimeMs : 0;
    figures[at + 2] = outcome.ok ? outcome.memoryUsedBytes : 0;
    figures[at + 3] = outcome.ok ? outcome.fuelUsed : 0;
  }
}

/** @returns Its length in bytes. */
function writeText(text: string, room: Uint8Array, at: number): number {
  return text === '' ? 0 : encoder.encodeInto(text, room.subarray(at)).written;
}

/** @returns undefined if it is not what {@link ThreadRoom.writeDone} writes; the parts are not checked. */
function readSaid(text: Uint8Array): { errors: readonly unknown[]; report: unknown } | undefined {
  let said: unknown;
  try {
    said = JSON.parse(decoder.decode(text));
  } catch {
    return undefined;
  }
  const { errors, report } = Object(said) as {
    readonly errors?: unknown;
    readonly report?: unknown;
  };
  return Array.isArray(errors) ? { errors, report } : undefined;
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
