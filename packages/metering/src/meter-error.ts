import { PluginError } from '@testbench/types/errors';

/** Why a module cannot be metered, or a meter cannot be attached to an instance. */
export type MeterErrorCode =
  /** The engine does not accept the module, or it is not well-formed; see `cause` and `offset`. */
  | 'METER_INVALID_MODULE'
  /** The module exports a name with the reserved prefix. */
  | 'METER_RESERVED_NAME'
  /** A function body would grow beyond what engines accept. */
  | 'METER_BODY_TOO_LARGE'
  /** A function would pay more in one place than a constant can hold. */
  | 'METER_COST_TOO_LARGE'
  /** The instance is not from a metered module, or already has a meter. */
  | 'METER_NOT_METERED'
  /** The guest has no fuel left, is out of time, or was cancelled, while a host function worked for it. */
  | 'METER_EXHAUSTED';

/** A module or an instance cannot be metered. */
export class MeterError extends PluginError<MeterErrorCode> {
  /** @param offset Byte offset in the original module, if known. */
  constructor(
    code: MeterErrorCode,
    message: string,
    readonly offset?: number,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }

  override get name(): 'MeterError' {
    return 'MeterError';
  }
}
