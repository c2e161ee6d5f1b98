import { PolicyError, VerificationError } from '@sigstore/verify';
import { escapeText, truncateText } from '@testbench/types';
import type { RefusalCode } from '@testbench/types/stores';

import { Refusal } from './refusal.js';

const CODES: Readonly<Record<string, RefusalCode>> = {
  NOT_IMPLEMENTED_ERROR: 'BUNDLE_UNSUPPORTED',
  TLOG_ERROR: 'LOG_INVALID',
  TLOG_INCLUSION_PROOF_ERROR: 'LOG_INVALID',
  TLOG_INCLUSION_PROMISE_ERROR: 'LOG_INVALID',
  TLOG_MISSING_INCLUSION_ERROR: 'LOG_INVALID',
  TLOG_BODY_ERROR: 'LOG_INVALID',
  CERTIFICATE_ERROR: 'CERTIFICATE_INVALID',
  PUBLIC_KEY_ERROR: 'KEY_EXPIRED',
  SIGNATURE_ERROR: 'SIGNATURE_INVALID',
  TIMESTAMP_ERROR: 'TIMESTAMP_INVALID',
};

/** Turns any error from the library into a typed refusal. The library throws `TypeError`s for some malformed certificates and timestamps. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof VerificationError || error instanceof PolicyError) {
    const code = CODES[error.code] ?? 'SIGNATURE_INVALID';
    const state = escapeText(truncateText(error.message, 200));
    return new Refusal(code, `Cannot verify bundle: ${state}`, { cause: error });
  }
  return new Refusal('BUNDLE_INVALID', 'Cannot verify bundle: what it holds is malformed', {
    cause: error,
  });
}
