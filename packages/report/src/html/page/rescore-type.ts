/** What an evaluator says of an answer that the reader wrote. */
export interface Rescored {
  readonly score: number;
  readonly explanation?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly fuel?: number | undefined;
}

/** Scores by the evaluator of a digest with options of the reader's. */
export type Rescore = (
  digest: string,
  config: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
) => Promise<Rescored>;
