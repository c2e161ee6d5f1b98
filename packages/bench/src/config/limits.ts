/** Limits of a configuration file, each with its reason. */

/** Bytes of a configuration: one with a thousand evaluators has 200 kB; the slowest text of this size takes 3 s to parse. */
export const MAX_CONFIG_BYTES = 512 * 1024;
/** Levels of a configuration: settings of plugins may have 64, and are a few levels deep themselves. A stack takes thousands. */
export const MAX_CONFIG_DEPTH = 80;
/** Anchors and aliases of a YAML document together: each alias is searched for among all nodes. */
export const MAX_YAML_REFERENCES = 1_000;
