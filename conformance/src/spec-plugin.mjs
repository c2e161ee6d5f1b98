// What the official suite's runner applies to every module; see its header. The mode comes from the environment.
import { attachMeter, meterModule } from '@testbench/metering';

const mode = process.env.METER_MODE ?? 'coarse';
const FUEL = 1n << 50n;

export function transform(bytes) {
  return meterModule(bytes, { mode }).bytes;
}

// Small slices, so that every path runs the hook.
export function onInstance(instance) {
  attachMeter(instance, { sliceFuel: 5000, onSlice: () => 'continue' }).setFuel(FUEL);
}
