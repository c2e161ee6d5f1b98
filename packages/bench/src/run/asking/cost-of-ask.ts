import {
  type Ask,
  type EmbeddingAsk,
  isCompletionAsk,
  isEmbeddingAsk,
} from '@testbench/types/asking';

import { greatestUsage } from '../../calls/greatest-usage.js';
import { REQUEST_TOKENS } from '../../calls/limits.js';
import type { PaidCall } from '../../calls/paid-calls.js';
import { isObject } from '../../is-object.js';

/** What is known about an ask before it is made. */
export interface AskCostOptions {
  /** The model to charge for, as named in the prices; undefined if the request names it. */
  readonly model: string | undefined;
  /** The model if the request does not name one. */
  readonly fallbackModel: string;
  /** Maximum tokens of an answer if the request does not say. */
  readonly maxAnswerTokens: number | undefined;
  /** The input of the model if the request cannot be read. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** What an ask can cost. */
export type AskCost = Pick<PaidCall, 'model' | 'request' | 'maxAnswerTokens' | 'greatest'>;

/** The maximum cost of an ask: the exact bytes sent are known here. */
export function costOfAsk(ask: Ask, options: AskCostOptions): AskCost {
  if (isEmbeddingAsk(ask)) return costOfEmbeddings(ask, options);
  const body = isCompletionAsk(ask) ? ask.complete : readBody(ask.body);
  const { maxAnswerTokens } = options;
  const said = body?.['model'];
  const model = options.model ?? (typeof said === 'string' ? said : options.fallbackModel);
  const usage = body === undefined ? undefined : greatestUsage(body, maxAnswerTokens);
  const rest = { model, request: options.request };
  if (usage === undefined) {
    return maxAnswerTokens === undefined ? rest : { ...rest, maxAnswerTokens };
  }
  // Other kinds of servers may take the prompt under any name.
  const bytes = Buffer.byteLength(JSON.stringify(body)) + REQUEST_TOKENS;
  return { ...rest, greatest: { ...usage, promptTokens: Math.max(usage.promptTokens, bytes) } };
}

/** Embeddings have no tokens of an answer. */
function costOfEmbeddings({ embed }: EmbeddingAsk, { request }: AskCostOptions): AskCost {
  const { model, input } = embed;
  const promptTokens = Buffer.byteLength(JSON.stringify(input)) + REQUEST_TOKENS * input.length;
  return { model, request, greatest: { promptTokens, cachedTokens: 0, completionTokens: 0 } };
}

function readBody(body: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
