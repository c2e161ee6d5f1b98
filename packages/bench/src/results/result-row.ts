import type { GuestStack } from '@testbench/types/errors';
import type { AttachmentFacts } from '../attachments/read-attachments.js';
import type { TokenUsage } from '../calls/token-usage.js';
import type { Judgement } from '../judging/judgement.js';
import type { ToolCall } from '@testbench/types/tools';

/** Why a call failed. */
export interface CallFailure {
  /** Such as `CALL_TRAPPED`; a closed set, see `CallErrorCode` in `@testbench/types`. */
  readonly code: string;
  /** Contains text from the plugin: escape it before showing it. */
  readonly message: string;
  /** The plugin's own error code, if it gave one. */
  readonly pluginCode?: number | string;
  /** True if the same call may work later. */
  readonly retryable?: boolean;
  /** When to retry, in milliseconds after the failure. */
  readonly retryAfterMs?: number;
  /** HTTP status of the server that the plugin asked. */
  readonly status?: number;
  /** Further details from the plugin, such as a judge's reply that it could not read: untrusted data. */
  readonly details?: unknown;
  /** The innermost calls of the plugin's functions that were open, with their places in its source if known: untrusted texts. */
  readonly guestStack?: GuestStack;
}

/** One message of a case after the prompt. */
export interface TranscriptEntry {
  /** `user`: a turn of the record or of the simulated user. `tool`: what a tool returned. */
  readonly role: 'user' | 'assistant' | 'tool';
  /** Untrusted text. What a tool returned is JSON, unless it returned a text. */
  readonly content: string;
  /** Of the model: the tools that it calls. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of the model: why it stopped. */
  readonly finishReason?: string;
  /** Of the model: tokens of this step. */
  readonly usage?: TokenUsage;
  /** Of a tool: the id of its call. */
  readonly toolCallId?: string;
  /** Of a tool: its name. */
  readonly name?: string;
  /**
   * Of a tool that gave no result: `TOOL_UNKNOWN`, `TOOL_ARGUMENTS_INVALID` (they are not a JSON object), `TOOL_ARGUMENTS_REFUSED` (by the schema),
   * `TOOL_LIMIT` (too many calls in one step), or the code of its failed call. The content is what the model was told.
   */
  readonly error?: string;
  /** Of a tool that does not wait for a network: fuel units of its call, and of the check of its arguments. */
  readonly fuel?: number;
  /** Of a user: true if a model plays it. */
  readonly simulated?: true;
}

/**
 * Why a case ended: the model answered and the user had nothing to say (`answer`), said or heard a word of `stop` (`stop`), had its last turn
 * (`max-turns`); the model went on calling tools (`max-steps`), or called one that no plugin answers (`unanswered-call`).
 */
export type CaseEnd = 'answer' | 'stop' | 'max-turns' | 'max-steps' | 'unanswered-call';

/** An evaluator's score of one turn of a conversation. */
export interface TurnScore {
  /** From 1. */
  readonly turn: number;
  readonly score: number;
  readonly explanation?: string;
}

/** What an evaluator said in addition to its score. */
export interface ScoreDetails {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly explanation?: string;
  readonly confidence?: number;
  /** The verbatim reply of a judge. */
  readonly reply?: string;
  /** Scores of an evaluator that is asked about each turn. */
  readonly turns?: readonly TurnScore[];
  /** Each judgement of an evaluator that asks models: verdict and reply. */
  readonly judgements?: readonly Judgement[];
  /** True if the answer's own model is among the judges, which `allowSelfJudging` permits. */
  readonly selfJudged?: boolean;
}

/** The data of one paid call that depend on clocks and servers. */
export interface CallMeasured {
  /** ISO 8601, UTC: start of the call that gave the answer, even if another run made that call. */
  readonly startedAt?: string;
  /** Time spent waiting for a place, for a rate limit, and between attempts, in milliseconds. */
  readonly queueMs?: number;
  /** Time until the first part of a streamed answer, in milliseconds. */
  readonly firstTokenMs?: number;
  /** Duration of the attempt that gave the answer, in milliseconds. */
  readonly totalMs?: number;
  readonly attempts?: number;
  /** True if the answer came from the cache, and nothing was paid. */
  readonly cached?: boolean;
  /** In the currency of the price table. */
  readonly cost?: number;
}

/** The part of a row that depends on clocks and servers: two runs of the same plan may differ in it, and in nothing else. */
export interface RowMeasured extends CallMeasured {
  /** Fuel units of stages that wait for a network, by stage: they depend on what servers send and in how many pieces. */
  readonly fuel?: Readonly<Record<string, number>>;
  /** Calls of evaluators that ask a model, by evaluator name, with the tokens that they used. */
  readonly judges?: Readonly<Record<string, CallMeasured & { readonly usage?: TokenUsage }>>;
  /** Calls of the simulated user, added up. */
  readonly user?: CallMeasured & { readonly usage?: TokenUsage };
}

/** Identifies a case: unique within a run. */
export interface CaseName {
  /** Position of the record in the data set, from 0. */
  readonly index: number;
  readonly prompt: string;
  readonly provider: string;
  readonly model: string;
  /** From 1. */
  readonly epoch: number;
}

/** The result of one case: one line of a segment. */
export interface ResultRow extends CaseName {
  /** Identifies the record, even in data sets that were cut or sorted differently: its `id` field, if it has one. */
  readonly id?: string;
  /** Line of the record in its file, from 1. */
  readonly line?: number;
  /** The record's group, such as a topic. */
  readonly group?: string;
  /** Fields of the record that `dataset.columns` names. */
  readonly columns?: Readonly<Record<string, unknown>>;
  /** The prompt. Absent, like all other texts, in rows that a filter dropped or could not judge. */
  readonly input?: string;
  /** Instead of `input` if the prompt is a conversation. */
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
  /** Files of the record, in the order of the configuration. Absent where a filter took the texts. */
  readonly attachments?: readonly AttachmentFacts[];
  /** The value in the record: any JSON. */
  readonly expected?: unknown;
  /** What was scored: the model's answer after all transforms; absent if an earlier stage failed. */
  readonly output?: string;
  /** The provider's text, if transforms changed it. */
  readonly answer?: string;
  /** Tool calls that the model requests, over all steps; evaluators get them as `tool_calls`. */
  readonly toolCalls?: readonly ToolCall[];
  /** What was said after the prompt, if the case has tools that plugins answer, or further turns. */
  readonly transcript?: readonly TranscriptEntry[];
  /** Calls of the model, if there is a transcript. */
  readonly steps?: number;
  /** Turns of the user that the model answered, the prompt included, if there is a transcript. */
  readonly turns?: number;
  /** Why the case ended, if there is a transcript and nothing failed. */
  readonly ended?: CaseEnd;
  /** Why the model stopped, in the provider's words; in the last step, if there are several. */
  readonly finishReason?: string;
  /** Tokens of the model, over all steps. */
  readonly usage?: TokenUsage;
  /** By evaluator name. */
  readonly scores: Readonly<Record<string, number>>;
  /** Weighted mean of the scores; absent if one is missing. */
  readonly score?: number;
  /** True if every evaluator with a threshold reached it; absent without thresholds, or if such a score is missing. */
  readonly passed?: boolean;
  /** By evaluator name, for evaluators that returned more than a score. */
  readonly details?: Readonly<Record<string, ScoreDetails>>;
  /** Failed evaluators, by name. */
  readonly errors?: Readonly<Record<string, CallFailure>>;
  /** Set if provider, transform or filter failed: then no score of this row counts. */
  readonly failure?: CallFailure & { readonly stage: string };
  /** Set if a filter dropped the row; its scores do not count. Its texts are left out, unless `droppedTexts` of the filter is set. */
  readonly dropped?: { readonly reason?: string };
  /**
   * Fuel units by stage: `provider`, `tools.<name>`, `toolCheck`, `user`, `transforms[0]`, `filters[0]`, or an evaluator's name. Each call is made separately and on a fresh
   * state, so its fuel does not depend on where a run starts; the fuel of stages that wait for a network is in `measured`.
   */
  readonly fuel?: Readonly<Record<string, number>>;
  /** The part that depends on clocks and servers. */
  readonly measured?: RowMeasured;
}
