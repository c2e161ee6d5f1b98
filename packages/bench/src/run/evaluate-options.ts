import type { AttachmentOutcome } from '../attachments/attachment-plan.js';
import type { OnError, ResolvedEvaluatorConfig } from '../config/benchmark-config.js';
import type { ResultRow } from '../results/result-row.js';
import type { Pipeline } from './load-pipeline.js';
import type { StageCalls } from './paid-stages.js';
import type { RunCase } from './run-cases.js';

/** How records are evaluated. */
export interface EvaluateOptions {
  readonly pipeline: Pipeline;
  readonly cases: readonly RunCase[];
  /** Configurations of the pipeline's evaluators, in the same order. */
  readonly evaluators: readonly ResolvedEvaluatorConfig[];
  /** Makes the calls of stages that wait for a network. */
  readonly paid: StageCalls;
  /** Throw on the first failed call. */
  readonly failFast: boolean;
  readonly onError: OnError;
  /** Fires when the run ends early. */
  readonly signal: AbortSignal;
  /** Ends the run early, for a reason; later reasons are consequences of the first. */
  readonly fail: (error: unknown) => void;
  /** Keeps the images of a record for those who look at the run. @default none are kept */
  readonly keepImages?:
    | ((files: AttachmentOutcome, rows: readonly ResultRow[]) => Promise<void>)
    | undefined;
}
