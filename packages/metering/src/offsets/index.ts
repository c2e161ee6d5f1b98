/**
 * Where the code of a metered module comes from: to show authors where their code trapped.
 *
 * Separate from the rewriter, which is always loaded.
 *
 * @packageDocumentation
 */
export { findOriginal, mapOffsets, type OffsetMap, type OriginalPlace } from './map-offsets.js';
