import { flag, text, texts } from '../command-line/flags.js';
import { RULES } from './plugin-keys.js';

/** Flags of `testbench plugin verify`. */
export const PLUGIN_VERIFY_FLAGS = {
  bundle: texts('file', 'a Sigstore bundle (repeatable) (default: <file>.sigstore.json)'),
  name: text('name', 'with the rules: what the artifact should be published as'),
  version: text('version', 'with the rules: its version'),
  rules: RULES,
  key: text('file', 'without rules: the public key that should have signed'),
  certificateIdentity: text('text', 'without rules: whom the certificate should name'),
  certificateOidcIssuer: text('url', 'without rules: who should have vouched for that identity'),
  trustedRoot: text('file', 'authorities of certificates and logs: trusted_root.json of Sigstore'),
  json: flag('print what was found as JSON'),
};
