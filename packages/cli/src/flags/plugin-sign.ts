import { flag, requiredText, text } from '../command-line/flags.js';
import { KEYS_DIR } from './plugin-keys.js';

/** Flags of `testbench plugin sign`. */
export const PLUGIN_SIGN_FLAGS = {
  key: requiredText('name', 'one of your keys'),
  name: requiredText('name', 'what the artifact is published as, such as acme/length'),
  version: requiredText('version', 'of the artifact'),
  output: text('file', 'where the bundle goes (default: <file>.sigstore.json)'),
  keysDir: KEYS_DIR,
  json: flag('print what was signed as JSON'),
};
