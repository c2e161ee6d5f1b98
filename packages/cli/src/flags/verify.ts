import { flag, text, texts } from '../command-line/flags.js';
import { REGISTRY_PLACE_FLAGS, TRUSTED_ROOT } from './registry.js';
import { RULES } from './plugin-keys.js';

/** Flags of `testbench verify`. */
export const VERIFY_FLAGS = {
  key: text('file', 'the public key that should have signed, in place of rules'),
  rules: RULES,
  trustedRoot: TRUSTED_ROOT,
  dataset: texts(
    'file',
    'where the data set is now; it must have the digest of the plan (repeatable) (default: where the run had it)',
  ),
  plugin: texts(
    'file',
    'a module of an evaluator, which is found by its digest (repeatable) (default: where the run had it)',
  ),
  ...REGISTRY_PLACE_FLAGS,
  quiet: flag('no progress: results and errors alone'),
  json: flag('print what was found as JSON'),
};
