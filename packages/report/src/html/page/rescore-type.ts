/** An evaluator's result for an answer that the reader wrote. */
export interface Rescored {
  readonly score: number;
  readonly explanation?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly fuel?: number | undefined;
}

/** Scores with the evaluator of a digest, using the reader's options. */
export type Rescore = (
  digest: string,
  config: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
) => Promise<Rescored>;
