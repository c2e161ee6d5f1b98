import { type AdmissionOptions, type AdmissionReport, checkModule } from './check-module.js';
import { rejection } from './rejection.js';

/** A report without violations. */
export interface Admission extends AdmissionReport {
  readonly contract: string;
}

/**
 * Admits a module or says why not.
 *
 * @param bytes The whole module; read, not kept.
 * @throws {LoadError} `LOAD_INVALID_MODULE`; `LOAD_INVALID_METADATA`; `LOAD_BAD_EXPORT` if only exports are at
 *   fault; `LOAD_REJECTED` for any other violation. `violations` lists them all.
 */
export function admitModule(bytes: Uint8Array, policy: AdmissionOptions): Admission {
  const report = checkModule(bytes, policy);
  const { violations, contract } = report;
  if (violations.length > 0 || contract === undefined) throw rejection(violations);
  return { ...report, contract };
}
