/**
 * Stores of plugins, data sets and results on this machine, and what stores of other kinds are made of.
 *
 * @packageDocumentation
 */
export {
  EMPTY_TYPE,
  INDEX_TYPE,
  MANIFEST_TYPE,
  TITLE_ANNOTATION,
  VERSION_ANNOTATION,
  WASM_CONFIG_TYPE,
  WASM_TYPE,
} from '../manifest/media-types.js';
export type { ArtifactBackend, WrittenManifest, WrittenTag } from './artifact-backend.js';
export { ArtifactStore } from './artifact-store.js';
export { createMemoryStore } from './memory-store.js';
