import { MAX_BATCH_LENGTH, MAX_PIPELINE_STAGES } from '../limits.js';
import type { PipelineItem, PipelinePiece, PipelineStage } from './pipeline-stage.js';

/**
 * A checked copy of the stages of a pipeline.
 *
 * @throws {TypeError} @throws {RangeError}
 */
export function readStages(stages: readonly PipelineStage[]): readonly PipelineStage[] {
  requireList(stages, 'stages');
  if (stages.length === 0 || stages.length > MAX_PIPELINE_STAGES) {
    throw new RangeError(
      `Cannot start pipeline: ${stages.length} stages, expected 1 to ${MAX_PIPELINE_STAGES}`,
    );
  }
  return stages.map(({ id, data, gives }) => {
    requireList(data, 'data');
    if (!['answer', 'completion', 'verdict'].includes(gives)) {
      throw new TypeError(
        `Cannot start pipeline: a stage gives ${JSON.stringify(gives)}, expected "answer", "completion" or "verdict"`,
      );
    }
    return { id, gives, data: data.map(readPiece) };
  });
}

function readPiece(piece: PipelinePiece): PipelinePiece {
  if (typeof piece === 'string') return piece;
  const { text, answer, toolCalls } = Object(piece) as Readonly<Record<string, unknown>>;
  if (answer === true) return { answer };
  if (toolCalls === true) return { toolCalls };
  if (Number.isSafeInteger(text) && Number(text) >= 0) return { text: Number(text) };
  throw new TypeError(
    'Cannot start pipeline: a piece is neither text, nor { text: number }, { answer: true } or { toolCalls: true }',
  );
}

/**
 * A checked copy of the items of a pipeline: each has as many texts as the first, and all texts that the stages use.
 *
 * @throws {TypeError} @throws {RangeError}
 */
export function readItems(
  items: readonly PipelineItem[],
  stages: readonly PipelineStage[],
): readonly PipelineItem[] {
  requireList(items, 'items');
  if (items.length > MAX_BATCH_LENGTH) {
    throw new RangeError(
      `Cannot start pipeline: ${items.length} items, limit is ${MAX_BATCH_LENGTH}`,
    );
  }
  const [first] = items;
  if (first === undefined) return [];
  const count = Object(first.texts).length as unknown;
  for (const { data } of stages) {
    for (const piece of data) {
      if (typeof piece === 'string' || !('text' in piece) || piece.text < Number(count)) continue;
      throw new RangeError(
        `Cannot start pipeline: a stage is given text ${piece.text}, an item has ${String(count)}`,
      );
    }
  }
  return Array.from(items, ({ texts, requestId }) => {
    requireList(texts, 'texts');
    if (texts.length !== count || !texts.every((text) => typeof text === 'string')) {
      throw new TypeError(
        'Cannot start pipeline: expected texts alone, and as many in each item as in the first',
      );
    }
    if (requestId !== undefined && typeof requestId !== 'string') {
      throw new TypeError('Cannot start pipeline: "requestId" is not a text');
    }
    return { texts: [...texts], ...(requestId === undefined ? {} : { requestId }) };
  });
}

function requireList(value: unknown, what: string): void {
  if (Array.isArray(value)) return;
  throw new TypeError(
    `Cannot start pipeline: expected a list of "${what}", found a ${typeof value}`,
  );
}
