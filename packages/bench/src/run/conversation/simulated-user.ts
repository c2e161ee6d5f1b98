import type { ChatMessage } from '@testbench/types';

import type { ResolvedConversationConfig } from '../../config/benchmark-config.js';
import type { Prompt } from '../../prompts/prompt.js';
import type { Stage } from '../stage.js';

/** A provider that plays the user, loaded. */
export interface UserStage {
  readonly stage: Stage;
  readonly config: NonNullable<ResolvedConversationConfig['user']>;
  /** Its role, a template over the record. */
  readonly instructions: Prompt;
}

/** Servers want the first message to be the user's; for the model that plays the user, that is the other side. */
const OPENING = '(The conversation begins. You write first.)';

/**
 * A conversation as the model that plays the user sees it: what the user said are its own answers, and what the tested model said is asked of it. Tools
 * and instructions of the tested model are not shown.
 */
export function flipped(instructions: string, messages: readonly ChatMessage[]): ChatMessage[] {
  const seen: ChatMessage[] = [
    { role: 'system', content: instructions },
    { role: 'user', content: OPENING },
  ];
  for (const { role, content } of messages) {
    if (role !== 'user' && role !== 'assistant') continue;
    if (content === null || content === '') continue;
    const other = role === 'user' ? 'assistant' : 'user';
    const last = seen.at(-1)!;
    if (last.role === other && typeof last.content === 'string' && typeof content === 'string') {
      seen[seen.length - 1] = { role: other, content: `${last.content}\n\n${content}` };
    } else {
      seen.push({ role: other, content });
    }
  }
  return seen;
}
