import { PluginError } from '../errors/plugin-error.js';

/** What is wrong with bytes or a value that crossed the boundary. */
export type WireErrorCode = 'WIRE_BAD_UTF8' | 'WIRE_BAD_JSON' | 'WIRE_TOO_DEEP' | 'WIRE_BAD_SHAPE';

/** Bytes or a value from a plugin break the contract; the caller adds which plugin and which call. */
export class WireError extends PluginError<WireErrorCode> {
  override get name(): 'WireError' {
    return 'WireError';
  }
}
