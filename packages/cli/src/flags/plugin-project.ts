import { flag, text, texts } from '../command-line/flags.js';
import { KEYS_DIR, SIGNING_KEY } from './plugin-keys.js';
import { REGISTRY_PLACE_FLAGS, TRUST_FLAGS } from './registry.js';

const JSON_FLAG = flag('print the result as JSON, and no progress');
const YES = flag('consent to plugins that ask for more than before');

/** Flags of commands that read a project. */
export const PROJECT_FLAGS = { ...REGISTRY_PLACE_FLAGS, json: JSON_FLAG };
/** Flags of commands that change a project. */
export const CHANGE_FLAGS = {
  ...REGISTRY_PLACE_FLAGS,
  ...TRUST_FLAGS,
  yes: YES,
  allowDowngrade: flag('take a version that is lower than the one in the lockfile'),
  json: JSON_FLAG,
};
/** Flags of `testbench plugin install`. */
export const PLUGIN_INSTALL_FLAGS = {
  ...CHANGE_FLAGS,
  frozen: flag('fail in place of changing testbench.lock'),
};
/** Flags of `testbench plugin update`. */
export const PLUGIN_UPDATE_FLAGS = {
  ...CHANGE_FLAGS,
  noTrial: flag('do not try the new version next to the old one before it counts'),
};
/** Flags of `testbench plugin pin`. */
export const PLUGIN_PIN_FLAGS = {
  ...CHANGE_FLAGS,
  off: flag('let updates have it again'),
};
/** Flags of `testbench plugin publish`. */
export const PLUGIN_PUBLISH_FLAGS = {
  ...REGISTRY_PLACE_FLAGS,
  name: text('name', 'name in the registry, such as team/exact-match (default: its own)'),
  to: text('registry', 'one of the registries (default: the one that the name comes from)'),
  key: SIGNING_KEY,
  attestation: texts('file', 'a bundle of `plugin attest` or of others to attach (repeatable)'),
  keysDir: KEYS_DIR,
  json: JSON_FLAG,
};
/** Flags of `testbench plugin info`. */
export const PLUGIN_INFO_FLAGS = { ...PROJECT_FLAGS, ...TRUST_FLAGS };
/** Flags of `testbench plugin search`. */
export const PLUGIN_SEARCH_FLAGS = {
  ...REGISTRY_PLACE_FLAGS,
  ...TRUST_FLAGS,
  look: texts('name', 'look this name up in its registry first; may stand more than once'),
  offered: flag('look first at what the registries say they have, 200 names of each at most'),
  type: text('type', 'evaluator, provider, transform, filter or custom'),
  capability: text('capability', 'what it says it can do, such as text_evaluation'),
  author: text('author', 'exactly, but for capitals'),
  keyword: text('word', 'one of its keywords'),
  range: text('range', 'a range of versions, such as ^1.2.0'),
  asksNothing: flag('only plugins that ask for no permission'),
  json: JSON_FLAG,
};
