import { flag, text } from '../command-line/flags.js';
import { KEYS_DIR, SIGNING_KEY } from './plugin-keys.js';
import { REGISTRY_PLACE_FLAGS } from './registry.js';

/** Flags of `testbench plugin sign`. */
export const PLUGIN_SIGN_FLAGS = {
  key: SIGNING_KEY,
  name: text('name', 'of a file: what it is published as, such as acme/length'),
  version: text('version', 'of a file, or of an artifact that has none itself'),
  output: text('file', 'where the bundle goes (default: <file>.sigstore.json)'),
  ...REGISTRY_PLACE_FLAGS,
  keysDir: KEYS_DIR,
  json: flag('print what was signed as JSON'),
};
