/**
 * Runs that others can check: a claim about a run, to be signed; and its verification, by scoring the recorded answers again.
 *
 * @packageDocumentation
 */
export { REWRITE_VERSION } from '@testbench/metering';
export { type AttestedRun, attestRun, type AttestRunOptions } from './attest-run.js';
export {
  ATTESTATION_FILE,
  type AttestedPlugin,
  type AttestedScore,
  type RunAttestation,
  type RunClaim,
} from './attestation.js';
export type { RowDifference } from './compare-rows.js';
export type { NotRunAgain } from './deterministic.js';
export { type ClaimDifference, type RunVerification, verifyRun } from './verify-run.js';
export type { RecordComparison, VerifyRunOptions } from './verify-options.js';
