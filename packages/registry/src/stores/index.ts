/**
 * Stores of plugins, data sets and results on this machine, and building blocks for other kinds of stores.
 *
 * @packageDocumentation
 */
export { checkDigest, checkName } from '../manifest/check-name.js';
export {
  EMPTY_TYPE,
  INDEX_TYPE,
  MANIFEST_TYPE,
  TITLE_ANNOTATION,
  VERSION_ANNOTATION,
  WASM_CONFIG_TYPE,
  WASM_TYPE,
} from '../manifest/media-types.js';
export { encodeIndex, parseIndex } from '../manifest/parse-index.js';
export type { Descriptor } from '../manifest/read-descriptors.js';
export type { ArtifactBackend, WrittenManifest, WrittenTag } from './artifact-backend.js';
export { ArtifactStore } from './artifact-store.js';
export { attachBundle, readBundles } from './bundles.js';
export { type CachedStore, type OnRepair, openCachedStore } from './cached-store.js';
export { openDirectoryStore } from './directory-store.js';
export { checkTagFree } from './existing-version.js';
export { listLayoutNames, openLayoutStore } from './layout-store.js';
export { createMemoryStore } from './memory-store.js';
export { digestBytes } from './verify-bytes.js';
export { referrersTag } from './referrers-tag.js';
export { pullFiles } from '../artifacts/pull-files.js';
export { pushFiles, type PushTarget } from '../artifacts/push-files.js';
