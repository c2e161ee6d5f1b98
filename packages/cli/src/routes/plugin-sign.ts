import { defineCommand } from '../command-line/define-command.js';
import { PLUGIN_SIGN_FLAGS } from '../flags/plugin-sign.js';

export const PLUGIN_SIGN = defineCommand({
  name: 'plugin sign',
  brief: 'vouch for an artifact with one of your keys',
  about:
    'Signs digest, name and version as a Sigstore bundle. The passphrase is asked for, or comes from TESTBENCH_PASSPHRASE.',
  positionals: [{ name: 'file|digest', brief: 'a file, or "sha256:…" of a manifest' }],
  flags: PLUGIN_SIGN_FLAGS,
  examples: ['testbench plugin sign length.wasm --key acme --name acme/length --version 1.2.0'],
  load: async () => (await import('../commands/plugin-sign.js')).pluginSignCommand,
});
