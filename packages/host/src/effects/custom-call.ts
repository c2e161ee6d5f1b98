import { countStructure, onAbort } from '@testbench/types';
import type { CustomFunctionCall, EffectCall, EffectResult } from '@testbench/types/abi';

import {
  MAX_CUSTOM_CALLS_PER_CALL,
  MAX_CUSTOM_INPUT_BYTES_PER_CALL,
  MAX_CUSTOM_INPUT_STRUCTURE,
  MAX_CUSTOM_JSON_BYTES,
} from '../limits.js';
import { CallSignal } from './call-signal.js';

/** An answer that did not fit the guest's buffer. */
export interface KeptAnswer {
  readonly name: string;
  readonly input: Uint8Array;
  readonly answer: Uint8Array;
}

/** What the running call has used, and the answer that is kept for it. */
export class CustomCall {
  readonly signal: CallSignal;
  runs = 0;
  inputBytes = 0;
  answerBytes = 0;
  records = 0;
  kept: KeptAnswer | undefined;

  constructor(readonly call: EffectCall) {
    this.signal = new CallSignal(call);
  }
}

/** The information that a function gets about the call; its signal is created on demand. */
export class CallFacts implements CustomFunctionCall {
  readonly requestId: string | undefined;
  readonly #call: CustomCall;
  #controller: AbortController | undefined;
  #unwatch = (): void => {};

  constructor(
    readonly pluginId: string,
    call: CustomCall,
  ) {
    this.#call = call;
    this.requestId = call.call.requestId;
  }

  /** One for each run: listeners that a function adds must not accumulate on the call's own signal. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      const { signal } = this.#call.signal;
      if (signal.aborted) controller.abort(signal.reason);
      else this.#unwatch = onAbort(signal, () => controller.abort(signal.reason));
    }
    return this.#controller.signal;
  }

  /** The function is done: the signal no longer fires. */
  release(): void {
    this.#unwatch();
  }

  /** The function is not awaited. */
  end(): void {
    this.#unwatch();
    this.#controller?.abort();
  }
}

/** Counts an input. @returns What exceeds its limit, if anything. */
export function spend(call: CustomCall, bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_CUSTOM_JSON_BYTES) {
    return `its input has ${bytes.length} bytes, limit is ${MAX_CUSTOM_JSON_BYTES}`;
  }
  call.runs += 1;
  if (call.runs > MAX_CUSTOM_CALLS_PER_CALL) {
    return `more than ${MAX_CUSTOM_CALLS_PER_CALL} runs in one call`;
  }
  call.inputBytes += bytes.length;
  if (call.inputBytes > MAX_CUSTOM_INPUT_BYTES_PER_CALL) {
    return `the inputs of this call have more than ${MAX_CUSTOM_INPUT_BYTES_PER_CALL} bytes`;
  }
  if (countStructure(bytes) > MAX_CUSTOM_INPUT_STRUCTURE) {
    return `its input has more than ${MAX_CUSTOM_INPUT_STRUCTURE} parts`;
  }
  return undefined;
}

/** As much of an answer as fits; an answer that does not fit is kept, so that asking again does not run the function again. */
export function give(call: CustomCall, kept: KeptAnswer, max: number): EffectResult {
  const { answer } = kept;
  const fits = answer.length <= max;
  call.kept = fits ? undefined : kept;
  // A copy: a view that is passed to a thread takes its whole buffer along.
  return { code: answer.length, bytes: fits ? answer : answer.slice(0, max) };
}

/** The answer that is kept for exactly this input. */
export function keptFor(
  { kept }: CustomCall,
  name: string,
  input: Uint8Array,
): KeptAnswer | undefined {
  return kept !== undefined && kept.name === name && areEqual(kept.input, input) ? kept : undefined;
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}
