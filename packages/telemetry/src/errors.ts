import { PluginError } from '@testbench/types/errors';

/** Why telemetry cannot be served. */
export type TelemetryErrorCode =
  /** The address or port of the server of metrics cannot be used; the message says why. */
  'TELEMETRY_PORT_UNUSABLE';

/** The metrics server cannot be started. */
export class TelemetryError extends PluginError<TelemetryErrorCode> {
  override get name(): 'TelemetryError' {
    return 'TelemetryError';
  }
}
