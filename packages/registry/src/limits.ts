/** Caps of discovery; each with its reason. */

/** Depth of folders below a search path: plugins are in `<name>/build/`, and deeper trees are typically a home directory. */
export const MAX_SEARCH_DEPTH = 4;
/** Files looked at in one search: enough for any plugin folder, and a bound for a path given by mistake. */
export const MAX_SEARCH_FILES = 10_000;

/** Characters of a repository's name. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests */
export const MAX_NAME_LENGTH = 255;
/** A manifest is verified and parsed in memory: 4 MiB is the most that registries accept by that specification. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** Opening brackets and commas in it: a layer with its title takes 6, so this is enough for the layers below. */
export const MAX_MANIFEST_STRUCTURE = 100_000;
/** Layers of an artifact: one for each file of a run's folder. */
export const MAX_LAYERS = 10_000;
/** Bytes of one blob, which is held in memory while it is verified. */
export const MAX_BLOB_BYTES = 1024 * 1024 * 1024;
/** Bytes of all layers of an artifact: the most that a pull may write to disk. */
export const MAX_ARTIFACT_BYTES = 16 * 1024 * 1024 * 1024;
/** Characters of a media type. @see https://www.rfc-editor.org/rfc/rfc6838#section-4.2 */
export const MAX_MEDIA_TYPE_LENGTH = 255;
/** Annotations of one descriptor: publishers write about ten. */
export const MAX_ANNOTATIONS = 256;
/** Characters of an annotation and its key: enough for a description, but not for a second artifact. */
export const MAX_ANNOTATION_LENGTH = 64 * 1024;
/** Attachments of one manifest. Anyone with write access can attach, and each signature costs a fetch. */
export const MAX_REFERRERS = 1000;
/** Tags of one name that are considered: a version a day for 27 years. */
export const MAX_TAGS = 10_000;
/** Bytes of `index.json` of a layout: 40,000 entries take 10 MiB. */
export const MAX_LAYOUT_BYTES = 16 * 1024 * 1024;
/** Its entries: each write reads and writes all of them. */
export const MAX_LAYOUT_ENTRIES = 50_000;
/** Opening brackets and commas in it: an entry takes 7. */
export const MAX_LAYOUT_STRUCTURE = 10 * MAX_LAYOUT_ENTRIES;
/** Time limit for all bundles of an artifact together: each may take as long as any blob, and a hostile registry lists many. */
export const BUNDLES_TIMEOUT_MS = 300_000;
/** How long a write waits for other writers: each takes about 20 ms. */
export const LOCK_TIMEOUT_MS = 30_000;
/** Interval between two attempts. */
export const LOCK_POLL_MS = 15;
