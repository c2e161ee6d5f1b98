// What a consumer of the published packages writes; scripts/checks/consumers.mjs runs and compiles it.

const NOT_EMPTY = `for (const [name, exported] of Object.entries(all)) {
  if (Object.keys(exported).length === 0) throw new Error('Cannot use ' + name + ': it exports nothing');
}
`;

/** Runs a plugin in every isolation. */
export const USE = `const { PluginSystem } = all['@testbench/core'];
async function main() {
  for (const isolation of ['inline', 'thread', 'process']) {
    const system = new PluginSystem({ isolation });
    await system.loadPlugin('exact-match.wasm');
    const { data } = await system.executePlugin('exact-match', { data: { output: 'a', expected: 'a' } });
    await system.close();
    if (data.score !== 1) throw new Error('Cannot run a plugin: its score is ' + data.score);
  }
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`;

/** Meters a module with an endless loop, and stops it. */
export const USE_NEUTRAL = `const module = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11);
const { meterModule, attachMeter } = all['@testbench/metering'];
const metered = meterModule(module);
const instance = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes));
attachMeter(instance, { onSlice: () => 'continue' }).setFuel(1000);
let trapped = false;
try {
  instance.exports.f();
} catch {
  trapped = true;
}
if (!trapped) throw new Error('Cannot stop an endless loop');
`;

/** Runs a plugin like a page. @param plugin Its bytes. */
export function useInBrowser(plugin) {
  return `import { PluginSystem } from '@testbench/core/browser';
const system = new PluginSystem();
const url = 'data:application/wasm;base64,${plugin.toString('base64')}';
const plugin = await system.loadPlugin(url, { pluginType: 'evaluator' });
const { data } = await plugin.execute({ output: 'a', expected: 'a' });
await system.close();
if (data.score !== 1) throw new Error('Cannot run a plugin: its score is ' + data.score);
`;
}

/** Right and wrong use in TypeScript. */
export const USE_TYPED = `import { PluginSystem, type PluginInfo } from '@testbench/core';
export async function load(path: string): Promise<PluginInfo | undefined> {
  await using system = new PluginSystem({ limits: { timeoutMs: 100 } });
  await system.loadPlugin(path);
  // @ts-expect-error A path is not a number.
  await system.loadPlugin(42);
  return system.getPluginInfo('exact-match');
}
`;

/** The same in CommonJS. */
export const USE_TYPED_CJS = `import core = require('@testbench/core');
import wasm = require('@testbench/wasm');
export const system: core.PluginSystem = new core.PluginSystem();
// @ts-expect-error Bytes are not text.
wasm.decodeModule('text');
`;

/** An ES module that imports each of these packages as a whole. */
export function importAll(names) {
  const imports = names.map((name, index) => `import * as p${index} from '${name}';\n`).join('');
  const all = names.map((name, index) => `'${name}': p${index}`).join(', ');
  return `${imports}const all = { ${all} };\n${NOT_EMPTY}`;
}

/** The same in CommonJS. */
export function requireAll(names) {
  const all = names.map((name) => `'${name}': require('${name}')`).join(', ');
  return `const all = { ${all} };\n${NOT_EMPTY}`;
}
