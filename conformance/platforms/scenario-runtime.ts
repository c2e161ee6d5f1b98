import { compilePlugin, type InstanceCallOptions, PluginInstance } from '@testbench/runtime';
import type { HostBinding } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';

import type { Finding } from './findings.js';

const PAGE = 65_536;

/** Loads and calls a plugin on the caller's thread, to its end and into each of its limits. */
export async function runtimeFindings(bytes: Uint8Array<ArrayBuffer>): Promise<Finding[]> {
  const plugin = await compilePlugin(bytes, { maxMemoryBytes: 512 * PAGE, resettable: true });
  const small = await compilePlugin(bytes, { maxMemoryBytes: 16 * PAGE });
  const findings: Finding[] = [];
  const add = (check: string, value: string, ok: boolean): void => {
    findings.push({ check: `runtime: ${check}`, value, ok });
  };

  const instance = new PluginInstance(plugin, { host: minimalHost() });
  const { name, pluginType } = instance.readMetadata();
  add('digest and metadata', `${plugin.digest}, ${name}, ${pluginType}`, name === 'exact-match');

  instance.init({});
  instance.takeSnapshot();
  const calls = ['Paris', 'paris', 'Paris'].map((output) => {
    const { data, metadata } = instance.execute({ data: { output, expected: 'Paris' } });
    return { text: `${JSON.stringify(data)}, ${metadata.fuelUsed} units`, reset: instance.reset() };
  });
  const texts = calls.map(({ text }) => text);
  const right = texts[0] === texts[2] && texts[0]!.startsWith('{"score":1}');
  const wrong = texts[1]!.startsWith('{"score":0}');
  const reset = calls.every((call) => call.reset);
  add('calls with resets', texts.join('; '), right && wrong && reset);

  // Long enough for many slices.
  const long = 'All work and no play makes Jack a dull boy. '.repeat(20_000);
  const failure = (
    expected: string,
    text: string,
    options: InstanceCallOptions,
    from = plugin,
  ): void => {
    const guest = new PluginInstance(from, { host: minimalHost() });
    guest.init({});
    const code = codeOf(() => guest.execute({ data: { output: text, expected: text } }, options));
    add(expected, `${code}, poisoned ${guest.poisoned}`, code === expected && guest.poisoned);
  };
  const ample = { maxFuel: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
  failure('CALL_FUEL_EXHAUSTED', 'Paris', { maxFuel: 1000 });
  failure('CALL_DEADLINE_EXCEEDED', long, { ...ample, timeoutMs: 1 });
  failure('CALL_CANCELLED', long, { ...ample, isCancelled: () => true });
  failure('CALL_MEMORY_EXHAUSTED', long, ample, small);
  return findings;
}

/** The least that a plugin made with the SDK imports. */
function minimalHost(): HostBinding {
  return {
    specificationVersion: 'v1',
    imports: { env: { abort: () => {}, host_error: () => 0 } },
    waiting: new Set(),
    attachMemory: () => {},
    beginCall: () => {},
    endCall: () => ({ failure: undefined, calls: 0, denied: 0, callsByName: {} }),
  };
}

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'no error';
  } catch (error) {
    return PluginError.is(error) ? error.code : String(error);
  }
}
