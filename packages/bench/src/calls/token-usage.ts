import { isObject } from '../is-object.js';

/** Tokens of a call, as its server counted them. */
export interface TokenUsage {
  /** Tokens of the prompt, including those that the server had cached. */
  readonly promptTokens: number;
  /** How many of these the server had cached from an earlier request. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
}

/**
 * Reads the usage that a provider plugin reports, in the wire's names: `prompt_tokens`, `completion_tokens`, and for cached tokens
 * `prompt_tokens_details.cached_tokens` or `cached_tokens`.
 *
 * @returns Undefined unless both counts are whole numbers from 0: a plugin's values are untrusted. More cached tokens than the prompt has
 *   count as no cached tokens.
 *
 * @example
 * ```ts
 * import { readTokenUsage } from '@testbench/bench/calls';
 *
 * readTokenUsage({ prompt_tokens: 9, completion_tokens: 12 }); // => { promptTokens: 9, cachedTokens: 0, completionTokens: 12 }
 * readTokenUsage({ prompt_tokens: -1, completion_tokens: 12 }); // => undefined
 * ```
 */
export function readTokenUsage(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = value;
  if (!isCount(promptTokens) || !isCount(completionTokens)) return undefined;
  const details = value['prompt_tokens_details'];
  const kept = isObject(details) ? details['cached_tokens'] : value['cached_tokens'];
  const cachedTokens = isCount(kept) && kept <= promptTokens ? kept : 0;
  return { promptTokens, cachedTokens, completionTokens };
}

/** Reads a whole number of tokens. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
