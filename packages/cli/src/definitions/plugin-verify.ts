import { defineCommand } from '../command-line/define-command.js';
import { PLUGIN_VERIFY_FLAGS } from '../flags/plugin-verify.js';

export const PLUGIN_VERIFY = defineCommand({
  name: 'plugin verify',
  brief: 'show who signed an artifact, and whether to trust it',
  about: [
    'Verifies Sigstore bundles: by your rules, or, without rules, by one key or one identity. A file is verified without a network.',
    'For a reference, the attachments of the artifact are read and every byte is compared with its digest; an installed plugin must be signed by the signers in testbench.lock.',
    'Exit code: 0 signed by a trusted signer; 1 not.',
  ].join('\n'),
  positionals: [
    { name: 'file|digest|reference', brief: 'a file, "sha256:…" of a manifest, or a reference' },
  ],
  flags: PLUGIN_VERIFY_FLAGS,
  examples: [
    'testbench plugin verify acme/length@^1.2',
    'testbench plugin verify length.wasm --name acme/length --version 1.2.0',
    'testbench plugin verify length.wasm --key acme.pub.pem',
    'testbench plugin verify a.txt --bundle a.sigstore.json --certificate-identity release@acme.example --certificate-oidc-issuer https://accounts.example.com --trusted-root trusted_root.json',
  ],
  load: async () => (await import('../commands/plugin-verify.js')).pluginVerifyCommand,
});
