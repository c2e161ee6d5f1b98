/** A piece of a stage's `data`, which is JSON: fixed text, a text of the item by its number, or the answer so far as a JSON string. */
export type PipelinePiece = string | { readonly text: number } | { readonly answer: true };

/** One plugin of a pipeline, and what it is given. */
export interface PipelineStage {
  /** What the plugin is loaded as. */
  readonly id: string;
  /** Its `data`, as JSON in pieces. Whoever makes the pieces answers for that they are JSON together. */
  readonly data: readonly PipelinePiece[];
  /**
   * `answer`: the text that it gives, bare or as `text` of an object, is the answer from here on; an item ends here if there is none.
   * `verdict`: what it gives goes to nobody but the caller.
   */
  readonly gives: 'answer' | 'verdict';
}

/** What goes through a pipeline once. */
export interface PipelineItem {
  /** JSON texts that stages are given. */
  readonly texts: readonly string[];
  /** Names the item in logs, and to the plugins. */
  readonly requestId?: string;
}

/** How a stage's input is written: with the envelope around its `data`, or bare. */
export interface StageForm {
  readonly data: readonly PipelinePiece[];
  readonly payload: 'envelope' | 'data';
}

/** The end of an item's envelopes: the same for all stages. */
export function envelopeEnd(requestId: string | undefined): string {
  if (requestId === undefined) return ',"context":{"metadata":{}}}';
  return `,"context":{"request_id":${JSON.stringify(requestId)},"metadata":{}}}`;
}

/**
 * The input of a stage, as `encodeInput` would write it.
 *
 * @param textAt A text of the item.
 * @param answer The answer so far, as JSON.
 * @param end See {@link envelopeEnd}.
 */
export function stageInput(
  { data, payload }: StageForm,
  textAt: (number: number) => string,
  answer: string,
  end: string,
): string {
  let text = payload === 'envelope' ? '{"data":' : '';
  for (const piece of data) {
    if (typeof piece === 'string') text += piece;
    else text += 'text' in piece ? textAt(piece.text) : answer;
  }
  return payload === 'envelope' ? text + end : text;
}

/** The text that the output of a stage holds; undefined if there is none. */
export function answerOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  const text = (data as { text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? text : undefined;
}
