import { defineCommand } from '../command-line/define-command.js';
import { PLUGIN_SIGN_FLAGS } from '../flags/plugin-sign.js';

export const PLUGIN_SIGN = defineCommand({
  name: 'plugin sign',
  brief: 'sign an artifact with one of your keys',
  about: [
    'Signs digest, name and version as a Sigstore bundle. The passphrase is prompted for, or read from TESTBENCH_PASSPHRASE.',
    'For a reference (a name of the project, name@range, oci://…) the bundle is attached to the artifact in its registry; for a file it is written next to it.',
  ].join('\n'),
  positionals: [
    { name: 'file|digest|reference', brief: 'a file, "sha256:…" of a manifest, or a reference' },
  ],
  flags: PLUGIN_SIGN_FLAGS,
  examples: [
    'testbench plugin sign oci://registry.example.com/acme/length:1.2.0 --key acme',
    'testbench plugin sign length.wasm --key acme --name acme/length --version 1.2.0',
  ],
  load: async () => (await import('../commands/plugin-sign.js')).pluginSignCommand,
});
