/** The score of one answer, in the shape of `autoevals`. */
export interface Score {
  readonly name: string;
  /** From 0 to 1; null if the answer cannot be scored. */
  readonly score: number | null;
  readonly metadata?: Record<string, unknown>;
}

/** What a scorer gets. */
export interface ScorerArgs<Output = unknown> {
  readonly input?: unknown;
  readonly output: Output;
  readonly expected?: Output;
  readonly [field: string]: unknown;
}

/** Scores one answer; the same shape as scorers of `autoevals`, so either can be used in place of the other. */
export type Scorer<Output = unknown> = (args: ScorerArgs<Output>) => Score | Promise<Score>;
