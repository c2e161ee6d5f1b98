import { checkAllocator } from './check-allocator.js';
import { checkBadInputs, checkGoodInputs } from './check-inputs.js';
import { checkConfigurations, checkMetadata, checkShutdown } from './check-lifecycle.js';
import { checkBatch, checkDeterminism, checkMemory } from './check-repetition.js';
import type { Finding, Subject } from './subject.js';

/** The checks on the bare engine, in this order. */
export const GUEST_CHECKS = {
  metadata: checkMetadata,
  allocator: checkAllocator,
  configuration: checkConfigurations,
  'good inputs': checkGoodInputs,
  'bad inputs': checkBadInputs,
  determinism: checkDeterminism,
  memory: checkMemory,
  batch: checkBatch,
  shutdown: checkShutdown,
} as const satisfies Readonly<Record<string, (subject: Subject) => Finding>>;

/** Name of a check on the bare engine. */
export type GuestCheckName = keyof typeof GUEST_CHECKS;
