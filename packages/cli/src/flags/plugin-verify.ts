import { flag, text, texts } from '../command-line/flags.js';
import { RULES } from './plugin-keys.js';
import { REGISTRY_PLACE_FLAGS, TRUSTED_ROOT } from './registry.js';

/** Flags of `testbench plugin verify`. */
export const PLUGIN_VERIFY_FLAGS = {
  bundle: texts(
    'file',
    'a Sigstore bundle (repeatable) (default: <file>.sigstore.json; of a reference, what is attached)',
  ),
  name: text('name', 'of a file, with the rules: what it should be published as'),
  version: text('version', 'of a file, with the rules: its version'),
  ...REGISTRY_PLACE_FLAGS,
  rules: RULES,
  key: text('file', 'without rules: the public key that should have signed'),
  certificateIdentity: text('text', 'without rules: whom the certificate should name'),
  certificateOidcIssuer: text('url', 'without rules: who should have vouched for that identity'),
  trustedRoot: TRUSTED_ROOT,
  json: flag('print what was found as JSON'),
};
