import type { PayloadForm } from '@testbench/types/abi';
import { WireError } from '@testbench/types/errors';
import { readToolCalls } from '@testbench/types/tools';

/**
 * A piece of a stage's `data`, which is JSON: fixed text, one of the item's texts by index, the answer so far as a JSON string, or the tool
 * calls of a completion as `,"tool_calls":[…]`, or nothing if there are none.
 */
export type PipelinePiece =
  | string
  | { readonly text: number }
  | { readonly answer: true }
  | { readonly toolCalls: true };

/** One plugin of a pipeline, and what it is given. */
export interface PipelineStage {
  /** The id that the plugin is loaded under. */
  readonly id: string;
  /** Its `data`, as JSON in pieces. The creator of the pieces ensures that together they form valid JSON. */
  readonly data: readonly PipelinePiece[];
  /**
   * `answer`: the text of its output, bare or as `text` of an object, is the answer from here on; an item ends here if there is none.
   * `completion`: the same, and the tool calls are passed to later stages together with the text; an item ends here if they do not have the form that `readToolCalls`
   * of `@testbench/types/tools` requires.
   * `verdict`: its result goes only to the caller.
   */
  readonly gives: 'answer' | 'completion' | 'verdict';
}

/** One item that goes through a pipeline. */
export interface PipelineItem {
  /** JSON texts that stages can use. */
  readonly texts: readonly string[];
  /** Identifies the item in logs and to the plugins. */
  readonly requestId?: string;
}

/** The outputs of the stages so far, as pieces of JSON. */
export interface Given {
  readonly answer: string;
  readonly toolCalls: string;
}

/** The state before the first stage. */
export const NOTHING_GIVEN: Given = { answer: 'null', toolCalls: '' };

/** How a stage's input is written: with the envelope around its `data`, or bare. */
export interface StageForm {
  readonly data: readonly PipelinePiece[];
  readonly payload: PayloadForm;
}

/** The end of an item's envelopes: the same for all stages. */
export function envelopeEnd(requestId: string | undefined): string {
  if (requestId === undefined) return ',"context":{"metadata":{}}}';
  return `,"context":{"request_id":${JSON.stringify(requestId)},"metadata":{}}}`;
}

/**
 * The input of a stage, exactly as `encodeInput` would write it.
 *
 * @param textAt Returns a text of the item by index.
 * @param end See {@link envelopeEnd}.
 */
export function stageInput(
  { data, payload }: StageForm,
  textAt: (number: number) => string,
  given: Given,
  end: string,
): string {
  let text = payload === 'envelope' ? '{"data":' : '';
  for (const piece of data) {
    if (typeof piece === 'string') text += piece;
    else if ('text' in piece) text += textAt(piece.text);
    else text += 'answer' in piece ? given.answer : given.toolCalls;
  }
  return payload === 'envelope' ? text + end : text;
}

/**
 * What later stages are given.
 *
 * @param data The stage's output, checked.
 * @param before What the earlier stages gave.
 * @returns undefined if the item ends here.
 */
export function givenBy(
  gives: PipelineStage['gives'],
  data: unknown,
  before: Given,
): Given | undefined {
  if (gives === 'verdict') return before;
  const text = answerOf(data);
  if (text === undefined) return undefined;
  const answer = JSON.stringify(text);
  if (gives === 'answer') return { answer, toolCalls: before.toolCalls };
  try {
    const calls = readToolCalls(data);
    const toolCalls = calls === undefined ? '' : `,"tool_calls":${JSON.stringify(calls)}`;
    return { answer, toolCalls };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Whether later stages are given anything: the same decision as {@link givenBy}, without writing it. */
export function givesOn(gives: PipelineStage['gives'], data: unknown): boolean {
  if (gives === 'verdict') return true;
  if (answerOf(data) === undefined) return false;
  if (gives === 'answer') return true;
  try {
    readToolCalls(data);
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}

/** The text in the output of a stage; undefined if there is none. */
function answerOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  const text = (data as { text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? text : undefined;
}
