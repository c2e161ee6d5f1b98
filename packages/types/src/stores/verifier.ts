/** What a signature covers: an artifact by the digest of its manifest, and the name it claims. */
export interface ArtifactIdentity {
  /** `sha256:` and the hex digest of the manifest's bytes. */
  readonly digest: string;
  readonly name: string;
  readonly version: string;
}

/** A signer with a valid signature. */
export interface Signer {
  /**
   * `key:sha256:` and the hex digest of the public key (DER, SubjectPublicKeyInfo), or `identity:<subject> <issuer>` of a
   * certificate. A lockfile keeps it.
   */
  readonly id: string;
  readonly kind: 'key' | 'identity';
  /** What the user calls this signer; undefined on first use. */
  readonly label?: string;
}

/** A statement about the artifact whose signature is valid, by a signer that counts. */
export interface Attestation {
  /** URI that says what the predicate is. */
  readonly predicateType: string;
  /** What is claimed: JSON, of any shape; its author is the signer, not the host. */
  readonly predicate: unknown;
  readonly signer: Signer;
}

/** Why a verifier refuses an artifact. */
export const REFUSAL_CODES = [
  /** There is no signature, and the rules need one. */
  'UNSIGNED',
  /** The bundle is not a well-formed Sigstore bundle, or is larger or deeper than allowed. */
  'BUNDLE_INVALID',
  /** The bundle is well-formed, and holds what this verifier does not support. */
  'BUNDLE_UNSUPPORTED',
  /** The signature does not belong to these bytes and this key. */
  'SIGNATURE_INVALID',
  /** It is a signature over another digest, name or version. */
  'WRONG_ARTIFACT',
  /** No rule trusts this signer for this name. */
  'SIGNER_UNTRUSTED',
  /** Signed by others than those whom the lockfile has. */
  'SIGNER_CHANGED',
  /** The key was revoked. */
  'KEY_REVOKED',
  /** The key, or the rule that names it, is not valid yet or no longer. */
  'KEY_EXPIRED',
  /** The signature is older than the rules allow. */
  'SIGNATURE_EXPIRED',
  /** The certificate leads to no trusted authority, or was not valid when it signed, or its proof of publication is missing. */
  'CERTIFICATE_INVALID',
  /** The transparency log's entry is missing, or does not prove what it should. */
  'LOG_INVALID',
  /** A timestamp is missing, or its authority is not trusted. */
  'TIMESTAMP_INVALID',
  /** Fewer trusted signers than the rules ask for. */
  'THRESHOLD_NOT_MET',
] as const;

/** Why a verifier refuses an artifact. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** What a verifier says about an artifact. */
export type Verification =
  | {
      readonly outcome: 'trusted';
      /** Distinct, in the order of the bundles; at least one. */
      readonly signers: readonly Signer[];
      /** The signer is trusted on first use: store it, so that a different one is noticed. */
      readonly firstUse: boolean;
      /** What the trusted signers claim about the artifact. */
      readonly attestations: readonly Attestation[];
    }
  | {
      /** It has no trusted signer, and the rules still permit it: in a process of its own. */
      readonly outcome: 'unsigned';
      readonly isolation: 'process';
    }
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      /** For people; of untrusted text it holds short, escaped quotations only. */
      readonly message: string;
    };

/** Options of {@link Verifier.verify}. */
export interface VerifyArtifactOptions {
  /**
   * Ids of the signers that a lockfile has for this name. If none of them signed, the artifact is refused.
   *
   * @default none: this is the first use
   */
  readonly knownSigners?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Says who vouches for an artifact, by rules of its own. It runs nothing of it. First implementation: `createVerifier` of
 * `@testbench/trust`.
 */
export interface Verifier {
  readonly specificationVersion: 'v1';
  /**
   * @param bundles Sigstore bundles (JSON in UTF-8) as they came with the artifact, of unknown origin and in any number. One that
   *   is bad never spoils a good one.
   * @returns Also for the worst bytes: rejects only if the signal fires, or an argument is of a wrong type.
   */
  verify(
    artifact: ArtifactIdentity,
    bundles: readonly Uint8Array[],
    options?: VerifyArtifactOptions,
  ): Promise<Verification>;
}
