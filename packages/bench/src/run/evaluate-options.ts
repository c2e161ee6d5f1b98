import type { ResolvedModelConfig } from '../config/benchmark-config.js';

/** How samples are evaluated. */
export interface EvaluateOptions {
  readonly models: readonly ResolvedModelConfig[];
  /** Throw at the first failed call. */
  readonly failFast: boolean;
  /** Leave the texts in rows that the filter drops. */
  readonly droppedTexts: boolean;
  readonly signal: AbortSignal;
}
