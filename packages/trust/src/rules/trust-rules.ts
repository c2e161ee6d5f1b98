/** A key that may sign. */
export interface TrustedKey {
  /** In PEM. */
  readonly publicKey: string;
  /** Not valid before: a time in ISO 8601. @default always */
  readonly from?: string;
  /** Not valid after. @default always */
  readonly to?: string;
  /** Why it must not be trusted any more. @default it is not revoked */
  readonly revoked?: string;
}

/** An identity named by a certificate, such as a workflow that builds releases. */
export interface TrustedIdentity {
  /** Issuer of the identity: the URL of an OpenID provider, as it appears in the certificate. */
  readonly issuer: string;
  /** An address or URL, as it appears in the certificate; a `*` at its end matches anything. */
  readonly subject: string;
  /** Why it must not be trusted any more. @default it is not revoked */
  readonly revoked?: string;
}

/** How to treat an artifact without a signature. */
export type UnsignedRule = 'process' | 'refuse';

/** Who may sign for which names. */
export interface NameRule {
  /** `acme/length`, `acme/*` for all names that begin with `acme/`, or `*` for all. The most specific one counts. */
  readonly name: string;
  /** Names of keys and identities. @default none */
  readonly signers?: readonly string[];
  /** How many of them must have signed. @default 1 */
  readonly threshold?: number;
  /** Without any signature: run it in a separate process, or not at all. @default refuse */
  readonly unsigned?: UnsignedRule;
  /** Trusts the first signer, until the lockfile has a signer. @default false */
  readonly firstUse?: boolean;
  /** Days after which a signature must have been renewed. @default any age */
  readonly maxAgeDays?: number;
  /** The rule is valid until then: a time in ISO 8601. After that its signers are not trusted. @default always */
  readonly expires?: string;
}

/** The contents of a file of rules. */
export interface TrustRulesInput {
  readonly specificationVersion?: 'v1';
  readonly keys?: Readonly<Record<string, TrustedKey>>;
  readonly identities?: Readonly<Record<string, TrustedIdentity>>;
  /**
   * File of the trusted root, without which no identity counts; its path is relative to the folder of these rules. The code that reads the rules file reads
   * this one too: see `readTrustedRoot`.
   *
   * @default none
   */
  readonly trustedRoot?: string;
  /** @default anyone, on first use; unsigned artifacts run in a separate process */
  readonly names?: readonly NameRule[];
}
