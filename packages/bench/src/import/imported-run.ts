import type { CallMeasured, ScoreDetails } from '../results/result-row.js';
import type { TokenUsage } from '../calls/token-usage.js';
import type { Reducer } from '../config/benchmark-config.js';
import type { ToolCall } from '@testbench/types/tools';

/** One message of an imported prompt. */
export interface ImportedMessage {
  readonly role: string;
  readonly content: unknown;
}

/** What a case was asked about: a line of the imported data set. */
export interface ImportedRecord {
  /** The question, a text. */
  readonly input: string;
  /** The question as a conversation, if it was one. */
  readonly messages?: readonly ImportedMessage[];
  /** The right answer: any JSON. */
  readonly expected?: unknown;
  /** The group by which results are divided, such as a subject or a split. */
  readonly group?: string;
  /** Further fields, such as `choices` and `metadata`: evaluators may get them by `fields`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** One answer of another tool, with its scores. */
export interface ImportedCase {
  /** Identifies the record: all cases of a record have the same. */
  readonly id: string;
  /** From 1. */
  readonly epoch: number;
  /** Taken from the first case of a record. */
  readonly record: ImportedRecord;
  /** The prompt that the model got, if it differs from the record's: a text or a conversation. */
  readonly prompt?: string | readonly ImportedMessage[];
  /** What was scored. @default an empty text, unless there is a `failure` */
  readonly output?: string;
  /** The model's own text, if `output` was made from it. */
  readonly answer?: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly finishReason?: string;
  readonly usage?: TokenUsage;
  /** By metric; null is a case that the tool left without a score. */
  readonly values: Readonly<Record<string, number | null>>;
  /** What the scorers said in addition, by metric. */
  readonly details?: Readonly<Record<string, ScoreDetails>>;
  /** Why there is no answer: then no score of this case counts. */
  readonly failure?: string;
  readonly measured?: CallMeasured;
}

/** A run of another tool, read from its files. */
export interface ImportedRun {
  /** Names the run; characters that a folder must not have are replaced. */
  readonly name: string;
  readonly description?: string;
  /** The tool that wrote the files, and its version. */
  readonly tool: { readonly name: string; readonly version: string };
  /** `sha256:` and the hex digest of the files: the same files are the same run. */
  readonly digest: string;
  readonly provider: string;
  readonly model: string;
  /** How the model was asked. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Metrics that the files name, in their order; metrics that only cases have come after them. */
  readonly metrics: readonly string[];
  /** How the scores of epochs are reduced. @default 'mean' */
  readonly reducer?: Reducer;
  /** The cases, in any order. Called once. */
  cases(): AsyncIterable<ImportedCase>;
}
