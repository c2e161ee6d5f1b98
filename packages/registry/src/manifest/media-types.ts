/** Media type of a manifest: the only kind that is read as an artifact. @see https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/** Media type of a list of manifests: read for attachments, never as an artifact. */
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
/** Media type of the config of an artifact without one. */
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
/** Media type of the config of a WebAssembly artifact. @see https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/ */
export const WASM_CONFIG_TYPE = 'application/vnd.wasm.config.v0+json';
/** Media type of its one layer. */
export const WASM_TYPE = 'application/wasm';
/** Annotation of a manifest: its version. */
export const VERSION_ANNOTATION = 'org.opencontainers.image.version';
/** Annotation of a layer: the path of its file, as ORAS writes it. */
export const TITLE_ANNOTATION = 'org.opencontainers.image.title';
