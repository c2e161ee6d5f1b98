import { fileURLToPath } from 'node:url';

import { createTestHost, type TestHost } from '@testbench/sdk';

/** Path of an example plugin's module, as its build writes it. */
export function pluginPath(name: string): string {
  return fileURLToPath(new URL(`../${name}/build/${name}.wasm`, import.meta.url));
}

/**
 * Loads an example plugin into a real host, on the test's own thread: a thread for each of thousands of loads would take most of the
 * tests' time. The tests of the isolations prove that all of them give the same results.
 */
export async function openPlugin(name: string, config?: unknown): Promise<TestHost> {
  return await createTestHost(pluginPath(name), {
    isolation: 'inline',
    ...(config === undefined ? {} : { config }),
  });
}
