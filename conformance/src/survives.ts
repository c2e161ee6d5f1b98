import { MeterError, meterModule } from '@testbench/metering';
import { DecodeError, inspectModule } from '@testbench/wasm';

/** True unless an error other than our own is thrown, or metering makes an invalid module valid. */
export function survives(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    inspectModule(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError) || error.offset > bytes.length) return false;
  }
  const valid = WebAssembly.validate(bytes);
  for (const mode of ['coarse', 'exact'] as const) {
    try {
      // Without the engine's check first, the rewriter itself must withstand any bytes that decode.
      const metered = meterModule(bytes, { mode, validated: valid });
      if (!WebAssembly.validate(metered.bytes)) return false;
    } catch (error) {
      if (valid || !(error instanceof MeterError)) return false;
    }
  }
  return true;
}
