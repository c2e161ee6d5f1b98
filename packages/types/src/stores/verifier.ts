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
  /** The user's name for this signer; undefined on first use. */
  readonly label?: string;
}

/** A statement about the artifact, with a valid signature by a trusted signer. */
export interface Attestation {
  /** URI of the predicate's type. */
  readonly predicateType: string;
  /** The claim: JSON of any shape; its author is the signer, not the host. */
  readonly predicate: unknown;
  readonly signer: Signer;
}

/** Why a verifier refuses an artifact. */
export const REFUSAL_CODES = [
  /** There is no signature, but the rules require one. */
  'UNSIGNED',
  /** The bundle is not a well-formed Sigstore bundle, or is larger or deeper than allowed. */
  'BUNDLE_INVALID',
  /** The bundle is well-formed, but contains something that this verifier does not support. */
  'BUNDLE_UNSUPPORTED',
  /** The signature does not belong to these bytes and this key. */
  'SIGNATURE_INVALID',
  /** It is a signature over another digest, name or version. */
  'WRONG_ARTIFACT',
  /** No rule trusts this signer for this name. */
  'SIGNER_UNTRUSTED',
  /** Signed, but by none of the signers in the lockfile. */
  'SIGNER_CHANGED',
  /** The key was revoked. */
  'KEY_REVOKED',
  /** The key, or the rule that names it, is not yet valid, or no longer valid. */
  'KEY_EXPIRED',
  /** The signature is older than the rules allow. */
  'SIGNATURE_EXPIRED',
  /** The certificate leads to no trusted authority, or was not valid when it signed, or its proof of publication is missing. */
  'CERTIFICATE_INVALID',
  /** The transparency log's entry is missing, or does not prove what it should. */
  'LOG_INVALID',
  /** A timestamp is missing, or its authority is not trusted. */
  'TIMESTAMP_INVALID',
  /** Fewer trusted signers than the rules require. */
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
      /** It has no trusted signer, but the rules permit it in a separate process. */
      readonly outcome: 'unsigned';
      readonly isolation: 'process';
    }
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      /** For people; untrusted text appears only in short, escaped quotations. */
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
 * Says who vouches for an artifact, by its own rules. It runs none of the artifact's code. First implementation: `createVerifier` of
 * `@testbench/trust`.
 */
export interface Verifier {
  readonly specificationVersion: 'v1';
  /**
   * @param bundles Sigstore bundles (JSON in UTF-8) as they came with the artifact, of unknown origin and in any number. A bad
   *   bundle never spoils a good one.
   * @returns The outcome, even for malformed bytes: rejects only if the signal fires, or an argument has a wrong type.
   */
  verify(
    artifact: ArtifactIdentity,
    bundles: readonly Uint8Array[],
    options?: VerifyArtifactOptions,
  ): Promise<Verification>;
}
