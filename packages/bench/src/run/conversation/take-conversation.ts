import type { Draft } from '../row-draft.js';
import type { Stage } from '../stage.js';
import type { Conversation } from './conversation.js';

/** Says which call of a conversation failed; its cause is the failure itself. */
export class ConversationFailure extends Error {
  /** @param name Name of the stage in the row. */
  constructor(
    readonly stage: Stage,
    override readonly name: string,
    cause: unknown,
  ) {
    super('a call of the conversation failed', { cause });
  }
}

/** Copies what was said to a row, up to the failure if there was one. */
export function takeConversation(draft: Draft, conversation: Conversation): void {
  const { entries, toolCalls, steps, turns, ended, usage, finishReason } = conversation;
  if (toolCalls.length > 0) draft.toolCalls = toolCalls;
  draft.transcript = entries;
  draft.steps = steps;
  draft.turns = turns;
  if (ended !== undefined) draft.ended = ended;
  if (finishReason !== undefined) draft.finishReason = finishReason;
  if (usage !== undefined) draft.usage = usage;
}
