import { defineCommand } from '../command-line/define-command.js';
import {
  KEYS_GENERATE_FLAGS,
  KEYS_LIST_FLAGS,
  KEYS_REVOKE_FLAGS,
  KEYS_TRUST_FLAGS,
} from '../flags/plugin-keys.js';

export const PLUGIN_KEYS_GENERATE = defineCommand({
  name: 'plugin keys generate',
  brief: 'create a signing key',
  about:
    'Creates a key encrypted with a passphrase, which is prompted for or read from TESTBENCH_PASSPHRASE. The file ending in .pub.pem is the public key, to share.',
  positionals: [{ name: 'name', brief: 'name of the key' }],
  flags: KEYS_GENERATE_FLAGS,
  examples: ['testbench plugin keys generate acme'],
  load: async () => (await import('../commands/plugin-keys.js')).generateCommand,
});

export const PLUGIN_KEYS_LIST = defineCommand({
  name: 'plugin keys list',
  brief: 'list your keys and trusted signers',
  positionals: [],
  flags: KEYS_LIST_FLAGS,
  examples: ['testbench plugin keys list'],
  load: async () => (await import('../commands/plugin-keys.js')).listCommand,
});

export const PLUGIN_KEYS_TRUST = defineCommand({
  name: 'plugin keys trust',
  brief: 'trust a key or an identity for some names',
  positionals: [
    { name: 'key', brief: 'a file with a public key, one of your keys, or an identity' },
  ],
  flags: KEYS_TRUST_FLAGS,
  examples: [
    "testbench plugin keys trust acme.pub.pem --for 'acme/*'",
    "testbench plugin keys trust release@acme.example --issuer https://accounts.example.com --for 'acme/*' --as acme",
  ],
  load: async () => (await import('../commands/plugin-keys.js')).trustCommand,
});

export const PLUGIN_KEYS_REVOKE = defineCommand({
  name: 'plugin keys revoke',
  brief: 'stop trusting everything that a signer signed',
  positionals: [{ name: 'label', brief: 'the signer, as the rules call it' }],
  flags: KEYS_REVOKE_FLAGS,
  examples: ['testbench plugin keys revoke acme --reason "laptop lost"'],
  load: async () => (await import('../commands/plugin-keys.js')).revokeCommand,
});
