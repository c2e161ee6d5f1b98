import { defineCommand } from '../command-line/define-command.js';
import { PLUGIN_ATTEST_FLAGS } from '../flags/plugin-attest.js';

export const PLUGIN_ATTEST = defineCommand({
  name: 'plugin attest',
  brief: 'test a plugin and sign the results',
  about: [
    'Builds a project, or takes a module, a script or an artifact of a registry; runs the conformance check and the golden files, and signs the results: digests, versions, counts, failures.',
    'For a reference, the statement is attached to the artifact in its registry; for a project or file, it is written next to the module, for `plugin publish --attestation`.',
    'With --predicate nothing runs: a bill of materials (CycloneDX, SPDX), build provenance (SLSA) or another statement is signed as it stands in the file.',
    'Exit code: 0 all passed; 1 something failed; the failure is signed and stored.',
  ].join('\n'),
  positionals: [{ name: 'plugin', brief: 'a project, a module, a script or a reference' }],
  flags: PLUGIN_ATTEST_FLAGS,
  examples: [
    'testbench plugin attest . --key acme',
    'testbench plugin attest acme/length@1.2.0 --golden golden.jsonl --key acme',
    'testbench plugin attest acme/length@1.2.0 --predicate sbom.cdx.json --key acme',
  ],
  load: async () => (await import('../commands/plugin-attest.js')).pluginAttestCommand,
});
