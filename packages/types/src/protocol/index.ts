/**
 * Shapes of wire protocols that are built in besides those of the contract, and the form of their payload.
 *
 * @packageDocumentation
 */
export {
  type BytesCall,
  decodeBytesCall,
  encodeBytesCall,
  markBytesOutput,
  noBytesOutput,
  readBytesOutput,
} from './bytes-call.js';
export { EXTISM_MODULE, EXTISM_SHAPES } from './extism-shapes.js';
export { PROTOCOL_SHAPES } from './protocol-shapes.js';
export type { HostFunctionCall, HostFunctionAnswer } from './host-function-call.js';
