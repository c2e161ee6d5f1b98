import { flag, text } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';

/** Flags of `testbench inspect`. */
export const INSPECT_FLAGS = {
  policy: text('file', 'show what this policy grants the plugin, next to what it asks for'),
  ...PLUGIN_SOURCE_FLAGS,
  trustedRoot: text('file', 'authorities of certificates and logs: trusted_root.json of Sigstore'),
  json: flag('print everything as JSON'),
};
