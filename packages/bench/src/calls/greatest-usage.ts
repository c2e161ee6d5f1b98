import { MAX_PART_TOKENS, MESSAGE_TOKENS, REQUEST_TOKENS } from './limits.js';
import type { TokenUsage } from './token-usage.js';

/** Fields of an input that give the maximum number of answer tokens. */
const ANSWER_CAPS = ['max_tokens', 'max_completion_tokens'] as const;
/** Fields that make up the prompt; the model also reads `system` and `tools`. */
const PROMPT_FIELDS = ['prompt', 'messages', 'system', 'tools', 'response_format'] as const;

/**
 * Estimates an upper bound of the tokens that a call can use: no tokenizer in use makes more tokens of a text than it has bytes of UTF-8. Tokens that
 * a server adds are allowed for, and 100,000 tokens for each part of a message and each attachment that is not text.
 *
 * @param input The provider's input, in the wire's names.
 * @param maxAnswerTokens The most tokens that the model returns, if the input has no `max_tokens` or `max_completion_tokens`.
 * @returns Undefined if nothing limits the length of the answer.
 *
 * @example
 * ```ts
 * import { greatestUsage } from '@testbench/bench/calls';
 *
 * greatestUsage({ model: 'small', prompt: 'Hi', max_tokens: 5 })?.completionTokens; // => 5
 * greatestUsage({ model: 'small', prompt: 'Hi' }); // => undefined
 * ```
 */
export function greatestUsage(
  input: Readonly<Record<string, unknown>>,
  maxAnswerTokens?: number,
): TokenUsage | undefined {
  const caps = ANSWER_CAPS.map((field) => input[field]).filter(isCount);
  // The larger one: it is unknown which of the two a server takes.
  const cap = caps.length > 0 ? Math.max(...caps) : maxAnswerTokens;
  if (cap === undefined) return undefined;
  const answers = isCount(input['n']) ? Math.max(1, input['n']) : 1;
  let promptTokens = REQUEST_TOKENS + promptBytes(input);
  const { messages } = input;
  for (const message of Array.isArray(messages) ? (messages as unknown[]) : []) {
    promptTokens += MESSAGE_TOKENS + countParts(message) * MAX_PART_TOKENS;
  }
  promptTokens += attachmentTokens(input['attachments']);
  return { promptTokens, cachedTokens: 0, completionTokens: cap * answers };
}

/** The number of bytes that the model reads, as JSON. */
export function promptBytes(input: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  for (const field of PROMPT_FIELDS) {
    const value = input[field];
    if (value !== undefined) bytes += Buffer.byteLength(JSON.stringify(value) ?? '');
  }
  return bytes;
}

/** Parts that are not text: pictures, sounds, files, which a short URL may refer to. */
function countParts(message: unknown): number {
  const content = (message as { readonly content?: unknown } | null)?.content;
  if (!Array.isArray(content)) return 0;
  return content.filter((part: unknown) => {
    const isText = typeof part === 'string' || (part as { type?: unknown } | null)?.type === 'text';
    return !isText;
  }).length;
}

/** What the data of a call say about its files: texts have no more tokens than bytes. */
function attachmentTokens(attachments: unknown): number {
  let tokens = 0;
  for (const each of Array.isArray(attachments) ? (attachments as unknown[]) : []) {
    const { media_type: type, bytes } = Object(each) as { media_type?: unknown; bytes?: unknown };
    const isText = typeof type === 'string' && type.startsWith('text/') && isCount(bytes);
    tokens += isText ? bytes : MAX_PART_TOKENS;
  }
  return tokens;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
