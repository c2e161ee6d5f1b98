/** Predicate types of the statements that Testbench signs. */
export const PREDICATES = {
  /** The signer publishes this artifact under this name and version. */
  release: 'urn:testbench:release:1',
  /** Results of the author's golden files and of the conformance check. */
  testResult: 'urn:testbench:test-result:1',
  /** Measurements of a benchmark's run. */
  evaluationResult: 'urn:testbench:evaluation-result:1',
} as const;

/** Names of well-known third-party predicates, whose content is carried but not interpreted. */
const KNOWN_PREDICATES: Readonly<Record<string, string>> = {
  [PREDICATES.release]: 'release',
  [PREDICATES.testResult]: 'test result',
  [PREDICATES.evaluationResult]: 'evaluation result',
  'https://slsa.dev/provenance/v0.2': 'build provenance (SLSA 0.2)',
  'https://slsa.dev/provenance/v1': 'build provenance (SLSA 1)',
  'https://slsa.dev/verification_summary/v1': 'verification summary (SLSA)',
  'https://spdx.dev/Document': 'bill of materials (SPDX)',
  'https://spdx.dev/Document/v2.3': 'bill of materials (SPDX 2.3)',
  'https://cyclonedx.org/bom': 'bill of materials (CycloneDX)',
  'https://in-toto.io/attestation/test-result/v0.1': 'test result (in-toto)',
  'https://in-toto.io/attestation/vulns/v0.1': 'vulnerabilities (in-toto)',
  'https://github.com/npm/attestation/tree/main/specs/publish/v0.1': 'publication (npm)',
  'https://sigstore.dev/cosign/sign/v1': 'signature (cosign)',
};

/** The common name of a predicate type; the type itself if unknown. */
export function namePredicate(predicateType: string): string {
  return Object.hasOwn(KNOWN_PREDICATES, predicateType)
    ? KNOWN_PREDICATES[predicateType]!
    : predicateType;
}

const OURS: readonly string[] = Object.values(PREDICATES);

/** True if Testbench defines the predicate: its statements name the artifact `<name>@<version>`. */
export function isOurs(predicateType: string): boolean {
  return OURS.includes(predicateType);
}
