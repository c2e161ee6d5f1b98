import type { ChatMessage, ProviderResult } from '@testbench/types';
import type { ToolCall } from '@testbench/types/tools';

import { addUsage } from '../../calls/add-up.js';
import { readTokenUsage, type TokenUsage } from '../../calls/token-usage.js';
import { DEFAULT_MAX_STEPS, DEFAULT_MAX_TURNS } from '../../config/limits.js';
import type { Sample } from '../../dataset/selection/read-sample.js';
import type { PromptContent } from '../../prompts/prompt.js';
import type { CaseEnd, TranscriptEntry } from '../../results/result-row.js';
import type { Pipeline } from '../load-pipeline.js';
import { toolCallsOf } from '../row-draft.js';
import { refuse, ToolAnswerer, type ToolCaller } from './answer-tool.js';
import { MAX_CALLS_OF_STEP } from './limits.js';
import { flipped } from './simulated-user.js';
import { OfferedTools } from './tool-stages.js';
import { CallIds, promptMessages, wireMessage } from './transcript.js';

/** How a conversation makes its calls. */
export interface ConversationCalls {
  /** Asks the model. @param data The fields of its input that say what it is asked. */
  model(data: object): Promise<ProviderResult>;
  /** Asks the model that plays the user. @returns Its text. */
  user(messages: readonly ChatMessage[]): Promise<string>;
  readonly tool: ToolCaller;
}

/** The parts of a pipeline that make conversations. */
export type ConversationParts = Pick<Pipeline, 'tools' | 'user' | 'conversation'>;

/** Whether a case goes on after the model's first answer, so that it needs a {@link Conversation}. */
export function goesOn(offered: OfferedTools, sample: Sample, parts: ConversationParts): boolean {
  return offered.areAnswered || sample.turns !== undefined || parts.conversation !== undefined;
}

/** The tools that are offered in a case. @throws {CallError} As {@link OfferedTools}. */
export function offeredTools({ tools }: ConversationParts, sample: Sample): OfferedTools {
  const none = { tools: [], check: undefined, choice: undefined, maxSteps: DEFAULT_MAX_STEPS };
  return new OfferedTools(tools ?? none, sample.tools);
}

/**
 * One case that goes on after the model's first answer: tools that plugins answer, and further turns of the user.
 *
 * Every call has an input that depends only on the record and on earlier answers. So a case that is begun again after a kill finds the answers of
 * its earlier calls in the cache, and pays for none of them twice.
 */
export class Conversation {
  /** What was said after the prompt, also if the case fails. */
  readonly entries: TranscriptEntry[] = [];
  /** All calls of tools, in order. */
  readonly toolCalls: ToolCall[] = [];
  steps = 0;
  turns = 0;
  ended: CaseEnd | undefined;
  /** Tokens of the model. */
  usage: TokenUsage | undefined;
  finishReason: string | undefined;
  readonly #asked: PromptContent;
  readonly #sample: Sample;
  readonly #parts: ConversationParts;
  readonly #calls: ConversationCalls;
  readonly #offered: OfferedTools;
  readonly #ids = new CallIds();
  readonly #answerer: ToolAnswerer;
  #nextTurn = 0;

  constructor(
    asked: PromptContent,
    sample: Sample,
    offered: OfferedTools,
    parts: ConversationParts,
    calls: ConversationCalls,
  ) {
    this.#asked = asked;
    this.#sample = sample;
    this.#parts = parts;
    this.#calls = calls;
    this.#offered = offered;
    this.#answerer = new ToolAnswerer(offered, parts.tools?.check, calls.tool, sample.row);
  }

  /** @returns The last answer of the model. */
  async run(): Promise<string> {
    const { maxTurns = DEFAULT_MAX_TURNS, stop = [] } = this.#parts.conversation ?? {};
    if (this.#isOpen) await this.#takeTurn();
    if (this.ended !== undefined) return '';
    for (;;) {
      const text = await this.#answerTurn();
      // A turn that did not come to an answer ends the case.
      if (this.ended !== undefined) return text;
      this.turns += 1;
      if (containsOne(text, stop)) this.ended = 'stop';
      else if (!this.#hasTurn) this.ended = 'answer';
      else if (this.turns >= maxTurns) this.ended = 'max-turns';
      else await this.#takeTurn();
      if (this.ended !== undefined) return text;
    }
  }

  /** True if the prompt leaves the first word to the user, and the user has one. */
  get #isOpen(): boolean {
    const { role } = promptMessages(this.#asked).at(-1)!;
    return (role === 'system' || role === 'developer' || role === 'assistant') && this.#hasTurn;
  }

  get #hasTurn(): boolean {
    const { turns = [] } = this.#sample;
    return this.#nextTurn < turns.length || this.#parts.user !== undefined;
  }

  get #messages(): ChatMessage[] {
    return [...promptMessages(this.#asked), ...this.entries.map(wireMessage)];
  }

  /** Adds the next turn of the user, or ends the conversation if the user has nothing to say. */
  async #takeTurn(): Promise<void> {
    const { turns = [] } = this.#sample;
    const scripted = turns[this.#nextTurn];
    if (scripted !== undefined) {
      this.#nextTurn += 1;
      this.entries.push({ role: 'user', content: scripted.content });
      return;
    }
    const { instructions, config } = this.#parts.user!;
    const role = instructions.render(this.#sample);
    const told = 'prompt' in role ? role.prompt : '';
    const content = await this.#calls.user(flipped(told, this.#messages));
    if (content.trim() === '' || containsOne(content, config.stop)) this.ended = 'stop';
    else this.entries.push({ role: 'user', content, simulated: true });
  }

  /** Asks the model about one turn, and answers its calls of tools until it calls none. */
  async #answerTurn(): Promise<string> {
    const maxSteps = this.#parts.tools?.maxSteps ?? DEFAULT_MAX_STEPS;
    for (let step = 1; ; step += 1) {
      const { text, calls } = await this.#step(step === 1);
      if (calls.length === 0) return text;
      if (calls.some(({ name }) => this.#isUnanswered(name))) this.ended = 'unanswered-call';
      else if (step >= maxSteps) this.ended = 'max-steps';
      if (this.ended !== undefined) return text;
      for (const [index, call] of calls.entries()) await this.#answerCall(call, index);
    }
  }

  /** True for a tool that is offered without a plugin: its call is what the case is about. */
  #isUnanswered(name: string): boolean {
    const tool = this.#offered.find(name);
    return tool !== undefined && tool.stage === undefined;
  }

  async #step(isFirst: boolean): Promise<{ text: string; calls: readonly ToolCall[] }> {
    const asked = this.entries.length === 0 ? this.#asked : { messages: this.#messages };
    this.steps += 1;
    const answer = await this.#calls.model({ ...asked, ...this.#offered.wire(isFirst) });
    const { text, finish_reason: finishReason } = answer;
    const usage = readTokenUsage(answer.usage);
    const calls = this.#ids.assign(toolCallsOf(answer) ?? []);
    this.toolCalls.push(...calls);
    this.usage = addUsage(this.usage, usage);
    this.finishReason = finishReason;
    this.entries.push({
      role: 'assistant',
      content: text,
      ...(calls.length === 0 ? {} : { toolCalls: calls }),
      ...(finishReason === undefined ? {} : { finishReason }),
      ...(usage === undefined ? {} : { usage }),
    });
    return { text, calls };
  }

  async #answerCall(call: ToolCall, index: number): Promise<void> {
    const outcome =
      index < MAX_CALLS_OF_STEP
        ? await this.#answerer.answer(call)
        : refuse('TOOL_LIMIT', `at most ${MAX_CALLS_OF_STEP} tools may be called at once`);
    const { id = '', name } = call;
    this.entries.push({ role: 'tool', toolCallId: id, name, ...outcome });
  }
}

function containsOne(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}
