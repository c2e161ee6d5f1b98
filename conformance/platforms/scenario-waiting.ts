import { canSuspend, compilePlugin, PluginInstance } from '@testbench/runtime';
import type { HostBinding } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';

import type { Finding } from './findings.js';

const input = { data: null };

/**
 * Calls guests that wait for the host: alone, while another runs, during another's wait, and forever.
 *
 * Engines differ in whether they can suspend WebAssembly (JSPI), so the results are not compared between platforms.
 */
export async function waitingFindings(bytes: Uint8Array<ArrayBuffer>): Promise<Finding[]> {
  const plugin = await compilePlugin(bytes, { maxMemoryBytes: 16 * 65_536 });
  const open = (ask: () => Promise<number> | number): PluginInstance =>
    new PluginInstance(plugin, { host: asking(ask) });
  const finding = (value: string, ok: boolean): Finding[] => [
    { check: 'runtime: waiting', value, ok, varies: true },
  ];
  if (!canSuspend) {
    const code = codeOf(() => open(() => 1));
    return finding(`no JSPI: ${code}`, code === 'LOAD_UNSUPPORTED');
  }

  let answer = (_digit: number): void => {};
  const first = open(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const order: string[] = [];
  const note = async (name: string, guest: PluginInstance): Promise<void> => {
    order.push(`${name} ${JSON.stringify((await guest.executeAsync(input)).data)}`);
  };
  const waiting = note('first', first);
  const inner = open(async () => 4);
  const outer = open(async () => Number((await inner.executeAsync(input)).data) + 1);
  await note('second', outer);
  answer(3);
  await waiting;

  const late = open(async () => {
    throw new RangeError('given up');
  });
  const code = await late.executeAsync(input).then(
    () => 'no error',
    (error: unknown) => (PluginError.is(error) ? error.code : String(error)),
  );
  order.push(code);
  const value = order.join(', ');
  return finding(`suspends: ${value}`, value === 'second 5, first 3, CALL_TRAPPED');
}

function asking(ask: () => Promise<number> | number): HostBinding {
  return {
    specificationVersion: 'v1',
    imports: { env: { host_http_open: ask } },
    waiting: new Set(['host_http_open']),
    attachMemory: () => {},
    beginCall: () => {},
    endCall: () => ({ failure: undefined, calls: 0, denied: 0, callsByName: {} }),
  };
}

function codeOf(open: () => unknown): string {
  try {
    open();
    return 'no error';
  } catch (error) {
    return PluginError.is(error) ? error.code : String(error);
  }
}
