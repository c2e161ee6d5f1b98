import type { ResourceLimits } from '@testbench/types';

/** A model may think for minutes. */
const WAITING_TIMEOUT_MS = 300_000;
/** Scoring a text takes milliseconds; only a fault takes this long. */
const COMPUTING_TIMEOUT_MS = 10_000;

/**
 * The limits of a stage's calls: its own, or else those of the run, or else a suitable time-out.
 *
 * @param run Limits of the configuration.
 * @param stage Limits of this use of the plugin.
 * @param waits Whether the plugin waits for a network: a provider, or an evaluator that asks a model.
 *
 * @example
 * ```ts
 * import { stageLimits } from '@testbench/bench';
 *
 * stageLimits({ maxFuel: 5 }, undefined, true); // => { timeoutMs: 300000, maxFuel: 5 }
 * stageLimits({ timeoutMs: 7 }, { timeoutMs: 8 }, false); // => { timeoutMs: 8 }
 * ```
 */
export function stageLimits(
  run: Partial<ResourceLimits>,
  stage: Partial<ResourceLimits> | undefined,
  waits: boolean,
): Partial<ResourceLimits> {
  return { timeoutMs: waits ? WAITING_TIMEOUT_MS : COMPUTING_TIMEOUT_MS, ...run, ...stage };
}
