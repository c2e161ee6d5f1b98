import { digestOf } from '@testbench/core/files';

import { canonicalJson } from './canonical-json.js';
import type { PlanContent } from './plan.js';

/** Digits of a digest in the name of a run's folder: among a million plans of one name, two have the same digits with a probability of 1 in 500. */
const SHOWN_DIGITS = 12;
const PREFIX_LENGTH = 'sha256:'.length;

/**
 * The digest of a plan: `sha256:` and the hex digest of its canonical JSON. The same plan has the same digest on every machine.
 */
export function planDigest(content: PlanContent): string {
  return digestOf(canonicalJson(content));
}

/** The name of the folder in which a plan runs. */
export function runName(name: string, digest: string): string {
  return `${name}-${digest.slice(PREFIX_LENGTH, PREFIX_LENGTH + SHOWN_DIGITS)}`;
}
