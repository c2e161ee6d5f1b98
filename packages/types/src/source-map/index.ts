/**
 * Source maps of modules: where their code comes from.
 *
 * @packageDocumentation
 */
export { MAX_SOURCE_MAP_BYTES } from './limits.js';
export { parseSourceMap } from './parse-source-map.js';
export { SourceMap, type SourceMapContent, type SourcePlace } from './source-map.js';
export { type Mapping, type SourceMapParts, writeSourceMap } from './write-source-map.js';
