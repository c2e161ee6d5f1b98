import { EXTISM_SHAPES } from './extism-shapes.js';
import { CONTRACT_SHAPES, type ProtocolShape } from './protocol-shape.js';

/** The shapes of all built-in protocols, in the order in which they are tried: a guest of Extism may export functions with the contract's names. */
export const PROTOCOL_SHAPES: readonly ProtocolShape[] = [...EXTISM_SHAPES, ...CONTRACT_SHAPES];
