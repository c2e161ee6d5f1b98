/** Limits of a configuration file, each with its reason. */

/** Bytes of a configuration: one with a thousand evaluators has 200 kB; the slowest text of this size takes 3 s to parse. */
export const MAX_CONFIG_BYTES = 512 * 1024;
/** Levels of a configuration: settings of plugins may have 64, and are a few levels deep themselves. A stack takes thousands. */
export const MAX_CONFIG_DEPTH = 80;
/** Anchors and aliases of a YAML document together: each alias is searched for among all nodes. */
export const MAX_YAML_REFERENCES = 1_000;
/** Calls of a model for one turn that may be configured: an agent that needs more is one that loops. */
export const MAX_STEPS = 100;
/** Calls of a model for one turn, by default: published agents solve their tasks in fewer. */
export const DEFAULT_MAX_STEPS = 10;
/** Turns of a conversation that may be configured or that a record may have: with {@link MAX_STEPS}, a case ends after 10,000 calls. */
export const MAX_TURNS = 100;
/** Turns of a conversation, by default: a simulated user that never stops costs this much. */
export const DEFAULT_MAX_TURNS = 10;
/** Tools that a model may be offered: servers allow 128. */
export const MAX_TOOLS = 128;
