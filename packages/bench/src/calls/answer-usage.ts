import { isObject } from '../is-object.js';
import { isCount, readTokenUsage, type TokenUsage } from './token-usage.js';

/**
 * Reads the usage from a server's answer, in the terms of OpenAI (`usage.prompt_tokens`) or of Anthropic (`usage.input_tokens`, the tokens that it
 * kept counted separately).
 *
 * @param body JSON text. @returns Undefined if the usage is missing or invalid: answers of servers are untrusted.
 */
export function usageOfAnswer(body: string): TokenUsage | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return undefined;
  }
  const usage = isObject(answer) ? answer['usage'] : undefined;
  if (!isObject(usage)) return undefined;
  const known = readTokenUsage(usage);
  if (known !== undefined) return known;
  const { input_tokens: input, output_tokens: output } = usage;
  const written = usage['cache_creation_input_tokens'] ?? 0;
  const cached = usage['cache_read_input_tokens'] ?? 0;
  if (![input, output, written, cached].every(isCount)) return undefined;
  return {
    promptTokens: (input as number) + (written as number) + (cached as number),
    cachedTokens: cached as number,
    completionTokens: output as number,
  };
}
