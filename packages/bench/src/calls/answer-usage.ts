import { isObject } from '../is-object.js';
import { isCount, readTokenUsage, type TokenUsage } from './token-usage.js';

/**
 * Reads the usage from a server's answer, in the terms of OpenAI (`usage.prompt_tokens`), of Anthropic (`usage.input_tokens`, the tokens that it
 * kept counted separately) or of Gemini (`usageMetadata`, the thoughts counted separately).
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
  if (!isObject(answer)) return undefined;
  if (isObject(answer['usageMetadata'])) return geminiUsage(answer['usageMetadata']);
  const usage = answer['usage'];
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

/** A blocked answer has no count of its tokens. */
function geminiUsage(usage: Readonly<Record<string, unknown>>): TokenUsage | undefined {
  const { promptTokenCount: prompt, candidatesTokenCount: answer = 0 } = usage;
  const { thoughtsTokenCount: thoughts = 0, cachedContentTokenCount: cached = 0 } = usage;
  const { toolUsePromptTokenCount: tools = 0 } = usage;
  if (![prompt, answer, thoughts, cached, tools].every(isCount)) return undefined;
  const promptTokens = (prompt as number) + (tools as number);
  return {
    promptTokens,
    cachedTokens: (cached as number) <= promptTokens ? (cached as number) : 0,
    completionTokens: (answer as number) + (thoughts as number),
  };
}
