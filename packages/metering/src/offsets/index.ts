/**
 * Where the code of a metered module comes from: for whoever tells authors where their code trapped.
 *
 * Apart from the rewriter, which is loaded by everybody.
 *
 * @packageDocumentation
 */
export { findOriginal, mapOffsets, type OffsetMap, type OriginalPlace } from './map-offsets.js';
