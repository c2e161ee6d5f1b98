// Uses the metering as any engine's user would, and reports what it saw. Bundled for browsers, Deno and Bun.
import { attachMeter, meterModule } from '@testbench/metering';

// (module (func (export "spin") (loop br 0))
//   (func (export "sum") (param i32) (result i32) (local i32) (loop
//     (local.set 1 (i32.add (local.get 1) (local.get 0)))
//     (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 1)))
// prettier-ignore
const MODULE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 3, 3, 2, 0, 1,
  7, 14, 2, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0, 3, 0x73, 0x75, 0x6d, 0, 1, 10, 35, 2,
  7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b,
  25, 1, 1, 0x7f, 3, 0x40, 0x20, 1, 0x20, 0, 0x6a, 0x21, 1,
  0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 1, 0x0b,
);

function check(mode) {
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(meterModule(MODULE, { mode }).bytes),
  );
  let deadline = Number.POSITIVE_INFINITY;
  const onSlice = () => (performance.now() < deadline ? 'continue' : 'deadline');
  const meter = attachMeter(instance, { onSlice });
  meter.setFuel(1_000_000);
  const sum = instance.exports.sum(1000);
  const used = String(meter.fuelUsed);
  const stops = [1_000_000, 1n << 60n].map((fuel) => {
    meter.setFuel(fuel);
    if (fuel > 1e9) deadline = performance.now() + 20;
    try {
      instance.exports.spin();
      return 'not stopped';
    } catch {
      return meter.exhausted;
    }
  });
  return `${mode} ${sum} ${used} ${stops.join(' ')}`;
}

globalThis.portableResult = ['exact', 'coarse'].map(check).join('; ');
globalThis.document?.body.append(globalThis.portableResult);
globalThis.console.log(globalThis.portableResult);
