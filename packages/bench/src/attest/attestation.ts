import type { ArtifactIdentity } from '@testbench/types/stores';

/** File of a run's folder that holds its attestation: a Sigstore bundle. */
export const ATTESTATION_FILE = 'attestation.sigstore.json';

/** A plugin that took part in a run. */
export interface AttestedPlugin {
  /** Its place: `providers[0]`, `transforms[0]`, `filters[0]`, or an evaluator's name. */
  readonly as: string;
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** The scores that one evaluator gave to one model. */
export interface AttestedScore {
  readonly provider: string;
  readonly model: string;
  readonly prompt: string;
  readonly evaluator: string;
  /** Rows that have the score, and count. */
  readonly n: number;
  readonly mean: number;
}

/** The claim about a run. */
export interface RunAttestation {
  /** Digest of the plan. */
  readonly plan: string;
  readonly dataset: { readonly digest: string; readonly records: number };
  readonly plugins: readonly AttestedPlugin[];
  /** Digest of all rows without what clocks decide, each in canonical JSON with a line feed. */
  readonly results: { readonly digest: string; readonly rows: number };
  readonly summary: readonly AttestedScore[];
  readonly versions: {
    /** Of the contract between host and plugins. */
    readonly contract: string;
    /** Of the rewriting that counts fuel: two versions may charge differently. */
    readonly rewrite: number;
  };
}

/** A run as an artifact, and what is claimed of it: what is to be signed. */
export interface RunClaim {
  readonly artifact: ArtifactIdentity;
  readonly predicate: RunAttestation;
}
