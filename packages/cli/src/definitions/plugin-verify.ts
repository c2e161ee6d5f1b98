import { defineCommand } from '../command-line/define-command.js';
import { PLUGIN_VERIFY_FLAGS } from '../flags/plugin-verify.js';

export const PLUGIN_VERIFY = defineCommand({
  name: 'plugin verify',
  brief: 'say who vouches for an artifact',
  about: [
    'Verifies Sigstore bundles: by your rules, or, without rules, by one key or one identity. A file is verified without a network.',
    'Of a reference what is attached to the artifact is read, and every byte of it compared with its digest; what is installed must be signed by those of testbench.lock.',
    'Exit code: 0 somebody trusted vouches; 1 nobody does.',
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
