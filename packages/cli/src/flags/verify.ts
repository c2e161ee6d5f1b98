import { flag, text } from '../command-line/flags.js';
import { REGISTRY_PLACE_FLAGS } from './registry.js';
import { RULES } from './plugin-keys.js';

/** Flags of `testbench verify`. */
export const VERIFY_FLAGS = {
  key: text('file', 'the public key that should have signed, in place of rules'),
  rules: RULES,
  trustedRoot: text('file', 'authorities of certificates and logs: trusted_root.json of Sigstore'),
  ...REGISTRY_PLACE_FLAGS,
  quiet: flag('no progress: results and errors alone'),
  json: flag('print what was found as JSON'),
};
