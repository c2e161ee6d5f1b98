import { choice, flag, requiredText, text, texts } from '../command-line/flags.js';

/** Where keys and rules are; every command that signs or verifies has them. */
export const KEYS_DIR = text(
  'folder',
  'your keys (default: TESTBENCH_KEYS, or else keys in ~/.config/testbench)',
);
export const RULES = text(
  'file',
  'whom you trust for what (default: testbench-trust.json, or else nothing)',
);

/** Flags of commands that sign the results of a run. */
export const ATTEST_FLAGS = {
  attest: text(
    'key',
    'sign the results with one of your keys, so that others can check them: testbench verify',
  ),
  keysDir: KEYS_DIR,
};

/** The key that signs. */
export const SIGNING_KEY = text('name', 'one of your keys (default: TESTBENCH_KEY)');

/** Flags of `testbench plugin keys generate`. */
export const KEYS_GENERATE_FLAGS = {
  algorithm: choice(['ecdsa-p256', 'ed25519'], 'kind of key (default ecdsa-p256)'),
  keysDir: KEYS_DIR,
  json: flag('print the key as JSON'),
};

/** Flags of `testbench plugin keys list`. */
export const KEYS_LIST_FLAGS = {
  keysDir: KEYS_DIR,
  rules: RULES,
  json: flag('print keys and rules as JSON'),
};

/** Flags of `testbench plugin keys trust`. */
export const KEYS_TRUST_FLAGS = {
  for: {
    ...texts('name', 'a plugin or run, or a namespace such as "acme/*" (repeatable)'),
    isRequired: true as const,
  },
  as: text('label', 'what you call the signer (default: the name of the key or file)'),
  issuer: text('url', 'trust an identity in place of a key: who vouches for it'),
  from: text('time', 'not valid before, such as 2027-01-31'),
  to: text('time', 'not valid after'),
  keysDir: KEYS_DIR,
  rules: RULES,
};

/** Flags of `testbench plugin keys revoke`. */
export const KEYS_REVOKE_FLAGS = {
  reason: requiredText('text', 'why; it stands in the rules'),
  rules: RULES,
};
