/** What the suite tells of a test, in addition to whether it passed. */
interface TestNotes {
  /** Text for people, shown with the test where the runner can. */
  readonly note: (text: string) => void;
  /** The outcome of the whole suite, for reporters. */
  readonly summarise: (summary: EvaluationSummary) => void;
}

/** The means of a suite. */
export interface EvaluationSummary {
  readonly name: string;
  readonly records: number;
  readonly evaluators: readonly EvaluatorSummary[];
}

/** The mean of one evaluator. */
export interface EvaluatorSummary {
  readonly name: string;
  /** Null if no record has a score. */
  readonly mean: number | null;
  /** Records with a score. */
  readonly scored: number;
  readonly threshold?: number;
  /** The mean of the baseline. */
  readonly baseline?: number;
}

/** How the runner treats what it keeps: `all` rewrites it, `new` writes only what is not there, `none` writes nothing. */
export type UpdateMode = 'all' | 'new' | 'none';

/** A runner of tests. */
export interface TestRunner {
  readonly specificationVersion: 'v1';
  /** Makes a suite; the body makes its tests. */
  suite(name: string, body: () => void): void;
  test(name: string, timeoutMs: number, run: (notes: TestNotes) => Promise<void>): void;
  /** Runs once after the tests of the suite. */
  afterAll(run: () => Promise<void>): void;
  /** Asked while a test runs. */
  updateMode(): UpdateMode;
}
