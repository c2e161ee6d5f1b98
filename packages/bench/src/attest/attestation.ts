import type { ArtifactIdentity } from '@testbench/types/stores';

/** File in a run's folder that holds its attestation: a Sigstore bundle. */
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
  /** Rows that have the score and are counted. */
  readonly n: number;
  readonly mean: number;
}

/** The claim about a run. */
export interface RunAttestation {
  /** Digest of the plan. */
  readonly plan: string;
  readonly dataset: { readonly digest: string; readonly records: number };
  readonly plugins: readonly AttestedPlugin[];
  /** Digest of all rows without values that depend on clocks, each row in canonical JSON with a line feed. */
  readonly results: { readonly digest: string; readonly rows: number };
  readonly summary: readonly AttestedScore[];
  readonly versions: {
    /** Version of the contract between host and plugins. */
    readonly contract: string;
    /** Version of the rewriting that counts fuel: two versions may charge differently. */
    readonly rewrite: number;
  };
}

/** A run as an artifact, and the claim about it: the content to be signed. */
export interface RunClaim {
  readonly artifact: ArtifactIdentity;
  readonly predicate: RunAttestation;
}
