import { attachMeter, type Meter, meterModule, type MeterMode } from '@testbench/metering';
import wabtFactory from 'wabt';
import { describe, expect, it } from 'vitest';

const wabt = await wabtFactory();
const FEATURES = {
  exceptions: true,
  tail_call: true,
  reference_types: true,
  memory64: true,
  multi_memory: true,
};

const MODES: readonly MeterMode[] = ['exact', 'coarse'];

function assemble(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(wabt.parseWat('attack.wat', text, FEATURES).toBinary({}).buffer);
}

interface Loaded {
  readonly run: () => unknown;
  readonly meter: Meter;
}

function load(
  text: string,
  mode: MeterMode,
  imports: Record<string, () => unknown> = {},
  onSlice?: () => 'continue' | 'deadline' | 'cancelled',
): Loaded {
  const { bytes } = meterModule(assemble(text), { mode });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: imports });
  const meter = attachMeter(instance, onSlice === undefined ? undefined : { onSlice });
  return { run: instance.exports['run'] as () => unknown, meter };
}

/** Guests that never end, each in its own way. */
const ENDLESS: readonly { name: string; text: string }[] = [
  { name: 'a loop', text: `(func (export "run") (loop br 0))` },
  {
    name: 'a loop with a table of labels',
    text: `(func (export "run") (loop (br_table 0 0 0 (i32.const 1))))`,
  },
  {
    name: 'a loop left and entered by branches only',
    text: `(func (export "run") (loop $a (block $b (loop $c (br_if $b (i32.const 1)) (br $c))) (br $a)))`,
  },
  {
    name: 'a loop inside catch_all',
    text: `(tag $e) (func (export "run") (loop $again
      (try (do (loop $spin (br $spin))) (catch_all (br $again)))))`,
  },
  {
    name: 'catch_all around a spinning callee, for ever',
    text: `(func $spin (loop br 0)) (func (export "run") (loop $again
      (try (do (call $spin)) (catch_all)) (br $again)))`,
  },
  {
    name: 'an exception storm',
    text: `(tag $e) (func (export "run") (loop $again
      (try (do (throw $e)) (catch $e (br $again)))))`,
  },
  {
    name: 'delegated exceptions',
    text: `(tag $e) (func (export "run") (loop $again
      (try (do (try (do (throw $e)) (delegate 0))) (catch_all (br $again)))))`,
  },
  {
    name: 'tail calls between two functions',
    text: `(func $a (return_call $b)) (func $b (return_call $a)) (func (export "run") (call $a))`,
  },
  {
    name: 'indirect tail calls',
    text: `(type $t (func)) (table 1 funcref) (elem (i32.const 0) $a)
      (func $a (return_call_indirect (type $t) (i32.const 0))) (func (export "run") (call $a))`,
  },
  {
    name: 'recursion that doubles',
    text: `(func $f (param i32) (if (local.get 0) (then
        (call $f (i32.sub (local.get 0) (i32.const 1)))
        (call $f (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "run") (call $f (i32.const 200)))`,
  },
  {
    name: 'indirect recursion that doubles',
    text: `(type $t (func (param i32))) (table 1 funcref) (elem (i32.const 0) $f)
      (func $f (param i32) (if (local.get 0) (then
        (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
        (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
      (func (export "run") (call $f (i32.const 200)))`,
  },
  {
    // No loop and no recursion, and yet 2^60 calls.
    name: 'a chain of functions that each call the next twice',
    text: `${Array.from({ length: 60 }, (_, i) => `(func $f${i} (call $f${i + 1}) (call $f${i + 1}))`).join('')}
      (func $f60) (func (export "run") (call $f0))`,
  },
  {
    name: 'bulk memory operators in a loop',
    text: `(memory 1000) (func (export "run") (loop
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536000)) (br 0)))`,
  },
  {
    name: 'bulk table operators in a loop',
    text: `(table $t 10000 funcref) (func (export "run") (loop
      (table.fill $t (i32.const 0) (ref.null func) (i32.const 10000)) (br 0)))`,
  },
  {
    name: 'bulk operators on a 64-bit memory in a loop',
    text: `(memory i64 1000) (func (export "run") (loop
      (memory.fill (i64.const 0) (i32.const 1) (i64.const 65536000)) (br 0)))`,
  },
  {
    name: 'growth that is refused, in a loop',
    text: `(memory 1 2) (func (export "run") (loop (drop (memory.grow (i32.const 60000))) (br 0)))`,
  },
];

describe.each(MODES)('endless guests in %s mode', (mode) => {
  it.each(ENDLESS)('fuel stops $name', ({ text }) => {
    const { run, meter } = load(`(module ${text})`, mode);
    meter.setFuel(1_000_000);
    expect(run).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('fuel');
    expect(meter.fuelUsed).toBe(1_000_000n);
    // It stays stopped: not one more loop turn without new fuel.
    expect(run).toThrow(WebAssembly.RuntimeError);
  });

  it.each(ENDLESS)('a deadline and a cancellation stop $name', ({ text }) => {
    for (const verdict of ['deadline', 'cancelled'] as const) {
      let polls = 0;
      const { run, meter } = load(`(module ${text})`, mode, {}, () =>
        ++polls < 3 ? 'continue' : verdict,
      );
      meter.setFuel(1n << 60n);
      expect(run).toThrow(WebAssembly.RuntimeError);
      expect(meter.exhausted).toBe(verdict);
      expect(polls).toBe(3);
    }
  });

  it('asks every few milliseconds, so that deadlines are sharp', () => {
    // CPU time of this thread: other processes may use the machine.
    const now = (): number => process.threadCpuUsage().user / 1000;
    for (const { text } of ENDLESS) {
      const started = now();
      let last = started;
      let longest = 0;
      const { run, meter } = load(`(module ${text})`, mode, {}, () => {
        longest = Math.max(longest, now() - last);
        last = now();
        return last - started < 30 ? 'continue' : 'deadline';
      });
      meter.setFuel(1n << 60n);
      expect(run).toThrow(WebAssembly.RuntimeError);
      // Well under 10 ms alone; the clock has steps of 4 ms, and compiling counts too.
      expect(longest).toBeLessThan(30);
    }
  });

  it('a start function that spins is stopped before anyone could set fuel', () => {
    const text = `(module (func $s (loop br 0)) (start $s))`;
    const { bytes } = meterModule(assemble(text), { mode, startFuel: 5000 });
    const module = new WebAssembly.Module(bytes);
    expect(() => new WebAssembly.Instance(module)).toThrow(WebAssembly.RuntimeError);
  });

  it('a start function that ends is paid from the start fuel', () => {
    const text = `(module (global (export "g") (mut i32) (i32.const 0))
      (func $s (loop (global.set 0 (i32.add (global.get 0) (i32.const 1)))
        (br_if 0 (i32.lt_u (global.get 0) (i32.const 100))))) (start $s))`;
    const { bytes } = meterModule(assemble(text), { mode });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    expect((exports['g'] as WebAssembly.Global).value).toBe(100);
  });

  it('a host that catches the trap and returns to the guest undoes nothing', () => {
    let inner: () => unknown = () => undefined;
    let caught = 0;
    const reenter = (): void => {
      try {
        inner();
      } catch {
        caught += 1;
      }
    };
    const text = `(module (import "host" "reenter" (func $reenter))
      (func (export "spin") (loop br 0))
      (func (export "run") (loop (call $reenter) (br 0))))`;
    const { bytes } = meterModule(assemble(text), { mode });
    const { exports, ...rest } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      host: { reenter },
    });
    const meter = attachMeter({ exports, ...rest });
    inner = exports['spin'] as () => unknown;
    meter.setFuel(10_000);
    expect(exports['run']).toThrow(WebAssembly.RuntimeError);
    expect(caught).toBe(1);
    expect(meter.exhausted).toBe('fuel');
  });

  it('an exception of the host takes no work with it that a caller has not paid', () => {
    // What Emscripten does for exceptions: the host calls the guest back, and catches what another import throws.
    let work: () => unknown = () => undefined;
    const imports = {
      call: (): void => {
        try {
          work();
        } catch {}
      },
      fail: (): never => {
        throw new Error('not a trap');
      },
    };
    const text = `(module (import "host" "call" (func $call)) (import "host" "fail" (func $fail))
      (func $guard (param i32) (if (i32.eqz (local.get 0)) (then (call $fail) (unreachable))))
      (func (export "work") (local i32)
        (local.set 0 (i32.const 1000))
        (loop
          (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
          (call $guard (local.get 0))
          (br 0)))
      (func (export "run") (loop (call $call) (br 0))))`;
    const { bytes } = meterModule(assemble(text), { mode });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: imports });
    let polls = 0;
    const onSlice = (): 'continue' | 'deadline' => (++polls < 20 ? 'continue' : 'deadline');
    const meter = attachMeter(instance, { sliceFuel: 50_000, onSlice });
    let calls = 0;
    work = () => {
      calls += 1;
      return (instance.exports['work'] as () => unknown)();
    };
    meter.setFuel(1n << 60n);
    expect(instance.exports['run']).toThrow(WebAssembly.RuntimeError);
    // Each call of `work` does more than 5000 units.
    expect(calls).toBeLessThan((20 * 50_000) / 5000);
  });

  it('a guest that its host calls back from a failed check is stopped', () => {
    let run: () => unknown = () => undefined;
    let depth = 0;
    const fail = (): void => {
      depth += 1;
      try {
        run();
      } catch {}
    };
    const text = `(import "host" "fail" (func $fail)) (func $guard (call $fail) (unreachable))
      (func (export "run") (call $guard))`;
    const loaded = load(`(module ${text})`, mode, { fail });
    ({ run } = loaded);
    // A call of `run` costs at least one unit.
    loaded.meter.setFuel(100);
    expect(run).toThrow(WebAssembly.RuntimeError);
    expect(loaded.meter.exhausted).toBe('fuel');
    expect(depth).toBeLessThanOrEqual(101);
  });

  it('catch_all sees neither the trap nor what onSlice threw', () => {
    const text = `(module (global (export "seen") (mut i32) (i32.const 0)) (func $spin (loop br 0))
      (func (export "run") (try (do (call $spin)) (catch_all (global.set 0 (i32.const 1))))))`;
    const { bytes } = meterModule(assemble(text), { mode });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    const meter = attachMeter(instance, {
      onSlice: () => {
        throw new Error('from the handler');
      },
    });
    meter.setFuel(1e9);
    expect(instance.exports['run']).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('cancelled');
    expect((instance.exports['seen'] as WebAssembly.Global).value).toBe(0);
  });

  it('deep recursion ends in the error that it ends in without metering', () => {
    const text = `(module (func $f (export "run") (call $f)))`;
    const { run, meter } = load(text, mode);
    meter.setFuel(1n << 60n);
    expect(run).toThrow(RangeError);
    expect(meter.exhausted).toBeUndefined();
  });

  it('constant expressions cannot loop, and need no fuel', () => {
    const globals = Array.from({ length: 500 }, (_, i) => `(global i32 (i32.const ${i}))`).join('');
    const { bytes } = meterModule(assemble(`(module ${globals})`), { mode, startFuel: 0 });
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(bytes))).not.toThrow();
  });
});
