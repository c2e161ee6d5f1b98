import { readOptions } from '@testbench/types/config';
import type { ArtifactIdentity } from '@testbench/types/stores';

import { readSha256, subjectName } from './bundle/sign-statement.js';
import type { TrustedAuthorities } from './bundle/trusted-root.js';
import type { ClaimContext } from './open-claim.js';
import { findRule } from './rules/find-rule.js';
import type { TrustRules } from './rules/parse-trust-rules.js';

/** Options by which `createVerifier` and `listClaims` decide. */
export interface VerifierOptions {
  /** Who is trusted for which names: see `parseTrustRules`. */
  readonly rules: TrustRules;
  /** For bundles with certificates: see `readTrustedRoot`. @default those are refused */
  readonly trustedRoot?: TrustedAuthorities;
  /** Reads the clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID` */
export function readVerifierOptions(options: VerifierOptions): VerifierOptions {
  return readOptions<VerifierOptions>(
    options,
    {
      rules: (node) => node.object() as unknown as TrustRules,
      trustedRoot: (node) => node.object() as unknown as TrustedAuthorities,
      now: (node) => node.callback<() => number>(),
    },
    '',
    ['rules'],
  );
}

/** Context for opening the bundles of an artifact. */
export function claimContext(
  artifact: ArtifactIdentity,
  { rules, trustedRoot, now = Date.now }: VerifierOptions,
): ClaimContext {
  const at = new Date(now());
  return {
    rules,
    rule: findRule(rules, artifact.name, at),
    artifact: { sha256: readSha256(artifact.digest) },
    subject: subjectName(artifact),
    material: trustedRoot?.material,
    now: at,
  };
}
