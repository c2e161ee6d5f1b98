import { decimal, flag, text, texts } from '../command-line/flags.js';
import { KEYS_DIR, SIGNING_KEY } from './plugin-keys.js';
import { REGISTRY_PLACE_FLAGS } from './registry.js';
import { TEST_FLAGS } from './test.js';

/** Flags of `testbench plugin attest`. */
export const PLUGIN_ATTEST_FLAGS = {
  key: SIGNING_KEY,
  golden: texts(
    'file',
    'inputs with the outputs that they must give (repeatable) (default: golden.jsonl of the project, if it is there)',
  ),
  tolerance: decimal(0, Number.MAX_VALUE, 'how far a number may be off (default 0)'),
  config: TEST_FLAGS.config,
  input: TEST_FLAGS.input,
  predicate: text('file', 'claim what this JSON file says, and run nothing'),
  predicateType: text(
    'kind',
    'of --predicate: cyclonedx, spdx, slsa, or a URI (default: what the file says)',
  ),
  name: text('name', 'of a file: what it is published as (default: its own name)'),
  output: text(
    'file',
    'of a file: where the bundle goes (default: <file>.attestation.sigstore.json)',
  ),
  ...REGISTRY_PLACE_FLAGS,
  keysDir: KEYS_DIR,
  json: flag('print what was attested as JSON'),
};
