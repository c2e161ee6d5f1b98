/** Why a call gave nothing. */
export interface CallFailure {
  /** Such as `CALL_TRAPPED`; a closed set, see `CallErrorCode` in `@testbench/types`. */
  readonly code: string;
  /** Has text of the plugin in it: escape it before showing it. */
  readonly message: string;
}

/** What an evaluator said beside its score. */
export interface ScoreDetails {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly explanation?: string;
  readonly confidence?: number;
}

/** The result of one record and one model: one line of `results.jsonl`. `index` and `model` together name it. */
export interface ResultRow {
  /** Position of the record in the dataset, from 0. */
  readonly index: number;
  /** Line of the dataset on which the record ends, from 1. */
  readonly line: number;
  /** The record's own id, or else its index; absent in rows of earlier versions. */
  readonly id?: string;
  /** Group of the record, where the configuration names a field for it. */
  readonly group?: string;
  /** Fields of the record that the configuration names, by their names. */
  readonly columns?: Readonly<Record<string, unknown>>;
  readonly model: string;
  /** Absent, like all other texts, in rows that the filter dropped, or that it could not judge. */
  readonly input?: string;
  /** As the record has it: any JSON. */
  readonly expected?: unknown;
  /** What was scored: the model's answer after all transforms; absent after a failure on the way. */
  readonly output?: string;
  /** The provider's text, where transforms changed it. */
  readonly answer?: string;
  /** By name of the evaluator. */
  readonly scores: Readonly<Record<string, number>>;
  /** By name of the evaluator, for those that said more than a score. */
  readonly details?: Readonly<Record<string, ScoreDetails>>;
  /** Failed evaluators, by name. */
  readonly errors?: Readonly<Record<string, CallFailure>>;
  /** Set if provider, transform or filter failed: then no score of this row counts. */
  readonly failure?: CallFailure & { readonly stage: string };
  /** Set if the filter dropped the row; its scores do not count. Its texts are left out, unless `filter.droppedTexts` is set. */
  readonly dropped?: { readonly reason?: string };
}
