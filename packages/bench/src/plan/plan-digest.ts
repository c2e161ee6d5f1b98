import { createHash } from 'node:crypto';

import { canonicalJson } from './canonical-json.js';
import type { PlanContent } from './plan.js';

/** Digits of a digest that stand in the name of a run's folder: two plans of one name among a million have the same by a chance of 1 in 500. */
const SHOWN_DIGITS = 12;
const PREFIX = 'sha256:';

/**
 * The digest of a plan: `sha256:` and the hex digest of its canonical JSON. Whoever makes the same plan on another machine gets the same.
 */
export function planDigest(content: PlanContent): string {
  return `${PREFIX}${createHash('sha256').update(canonicalJson(content)).digest('hex')}`;
}

/** The name of the folder in which a plan is run. */
export function runName(name: string, digest: string): string {
  return `${name}-${digest.slice(PREFIX.length, PREFIX.length + SHOWN_DIGITS)}`;
}
