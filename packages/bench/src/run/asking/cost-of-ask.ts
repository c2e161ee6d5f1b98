import { type Ask, isCompletionAsk } from '@testbench/types/asking';

import { greatestUsage } from '../../calls/greatest-usage.js';
import { REQUEST_TOKENS } from '../../calls/limits.js';
import type { PaidCall } from '../../calls/paid-calls.js';
import { isObject } from '../../is-object.js';

/** What is known of what a plugin asks, before it asks. */
export interface AskCostOptions {
  /** The model that counts, as prices name it; undefined if that is what the request says. */
  readonly model: string | undefined;
  /** The model where the request does not say. */
  readonly fallbackModel: string;
  /** Where a request does not say: the most tokens of an answer. */
  readonly maxAnswerTokens: number | undefined;
  /** What goes to the model if the request cannot be read. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** What an ask can cost. */
export type AskCost = Pick<PaidCall, 'model' | 'request' | 'maxAnswerTokens' | 'greatest'>;

/** The most that an ask can cost: what is sent is known here to the byte. */
export function costOfAsk(ask: Ask, options: AskCostOptions): AskCost {
  const body = isCompletionAsk(ask) ? ask.complete : readBody(ask.body);
  const { maxAnswerTokens } = options;
  const said = body?.['model'];
  const model = options.model ?? (typeof said === 'string' ? said : options.fallbackModel);
  const usage = body === undefined ? undefined : greatestUsage(body, maxAnswerTokens);
  const rest = { model, request: options.request };
  if (usage === undefined) {
    return maxAnswerTokens === undefined ? rest : { ...rest, maxAnswerTokens };
  }
  // A server of another kind may have its prompt under any name.
  const bytes = Buffer.byteLength(JSON.stringify(body)) + REQUEST_TOKENS;
  return { ...rest, greatest: { ...usage, promptTokens: Math.max(usage.promptTokens, bytes) } };
}

function readBody(body: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
