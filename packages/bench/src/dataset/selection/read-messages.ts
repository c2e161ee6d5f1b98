import type { ChatMessage } from '@testbench/types';

import { kindOf } from '../formats/parse-record.js';
import { MAX_MESSAGES } from '../limits.js';

/** The roles that the chat APIs allow. */
const ROLES: ReadonlySet<unknown> = new Set([
  'system',
  'developer',
  'user',
  'assistant',
  'tool',
  'function',
]);

/**
 * Reads a conversation: a list of at least one message, each with a known `role` and a `content` that is a text or a list of
 * parts; if an assistant calls tools, it may be null. Other fields are not changed.
 *
 * @param fail Makes the error.
 */
export function readMessages(
  value: unknown,
  fail: (state: string) => Error,
): readonly ChatMessage[] {
  if (!Array.isArray(value)) throw fail(`expected a list of messages, found ${kindOf(value)}`);
  if (value.length === 0) throw fail('expected at least one message, found none');
  if (value.length > MAX_MESSAGES) {
    throw fail(`expected at most ${MAX_MESSAGES} messages, found ${value.length}`);
  }
  for (const [index, message] of (value as readonly unknown[]).entries()) {
    const problem = problemOf(message);
    if (problem !== undefined) throw fail(`message ${index + 1}: ${problem}`);
  }
  return value as readonly ChatMessage[];
}

function problemOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return `expected an object with "role" and "content", found ${kindOf(message)}`;
  }
  const { role, content } = message as { role?: unknown; content?: unknown };
  if (!ROLES.has(role)) {
    const found = typeof role === 'string' ? JSON.stringify(role.slice(0, 40)) : kindOf(role);
    return `expected a role (${[...ROLES].join(', ')}), found ${role === undefined ? 'none' : found}`;
  }
  if (typeof content === 'string') return undefined;
  if (Array.isArray(content)) {
    const isPart = (part: unknown): boolean => typeof part === 'object' && part !== null;
    return content.every(isPart) ? undefined : 'expected objects in the list "content"';
  }
  if ((content === null || content === undefined) && role === 'assistant') return undefined;
  const found = content === undefined ? 'nothing' : kindOf(content);
  return `expected a text or a list as "content", found ${found}`;
}

/** The text of the last turn of the user, otherwise of the last message. */
export function textOfMessages(messages: readonly ChatMessage[]): string {
  const { content } = messages.findLast(({ role }) => role === 'user') ?? messages.at(-1)!;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly { readonly text?: unknown }[])
    .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
    .join('\n');
}
