import type { ChatMessage } from '@testbench/types';
import type { ToolCall } from '@testbench/types/tools';

import type { PromptContent } from '../../prompts/prompt.js';
import type { ResultRow, TranscriptEntry } from '../../results/result-row.js';

/** The messages of a prompt. */
export function promptMessages(asked: PromptContent): readonly ChatMessage[] {
  return 'messages' in asked ? asked.messages : [{ role: 'user', content: asked.prompt }];
}

/** An entry in the form of chat completions, in which providers get conversations. */
export function wireMessage(entry: TranscriptEntry): ChatMessage {
  const { role, content, toolCalls, toolCallId } = entry;
  if (role === 'tool') return { role, tool_call_id: toolCallId ?? '', content };
  if (toolCalls === undefined) return { role, content };
  return {
    role,
    content: content === '' ? null : content,
    tool_calls: toolCalls.map(({ id, name, arguments: input }) => ({
      id: id ?? '',
      type: 'function' as const,
      function: { name, arguments: input },
    })),
  };
}

/** A whole conversation, as evaluators get it. */
export function wireTranscript(row: ResultRow): readonly ChatMessage[] {
  const { input, messages, transcript = [] } = row;
  const start = messages ?? [{ role: 'user', content: input ?? '' }];
  return [...start, ...transcript.map(wireMessage)];
}

/** What evaluators are told about how an answer came about. */
export interface Trajectory {
  readonly steps: number;
  readonly turns: number;
  readonly ended?: string;
  readonly tool_calls: number;
  /** Calls of tools that gave no result. */
  readonly tool_errors: number;
  /** Fuel units of tools. */
  readonly fuel: number;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
}

/** Figures of a case that has a transcript. */
export function trajectoryOf(row: ResultRow): Trajectory {
  const { transcript = [], steps = 0, turns = 0, ended, toolCalls = [], usage } = row;
  let errors = 0;
  let fuel = 0;
  for (const entry of transcript) {
    if (entry.error !== undefined) errors += 1;
    fuel += entry.fuel ?? 0;
  }
  return {
    steps,
    turns,
    ...(ended === undefined ? {} : { ended }),
    tool_calls: toolCalls.length,
    tool_errors: errors,
    fuel,
    ...(usage === undefined
      ? {}
      : { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens }),
  };
}

const PROPER_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Gives each call of a case an id of its own: a model may send none, the same twice, or what its server would not take back. */
export class CallIds {
  readonly #used = new Set<string>();

  assign(calls: readonly ToolCall[]): readonly ToolCall[] {
    return calls.map((call) => {
      const { id } = call;
      const isProper = id !== undefined && PROPER_ID.test(id) && !this.#used.has(id);
      const own = isProper ? id : this.#next();
      this.#used.add(own);
      return { ...call, id: own };
    });
  }

  #next(): string {
    for (let number = this.#used.size + 1; ; number += 1) {
      const id = `call_${number}`;
      if (!this.#used.has(id)) return id;
    }
  }
}
