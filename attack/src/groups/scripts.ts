import { buildScript } from '@testbench/script';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';

type CallOptions = Parameters<Arena['fail']>[2];

/** What each row makes a script do; one module for all of them. */
const SCRIPT = `
const TRICKS = {
  loop: () => { for (;;); },
  memory: () => { const kept = []; for (;;) kept.push(new Array(10000).fill(kept.length)); },
  recursion: () => { const down = () => [down()]; return down(); },
  regex: () => /^(a|a)+$/.test('a'.repeat(64) + 'b'),
  sort: () => { const list = { length: 2 ** 53 - 1 }; return Array.prototype.indexOf.call(list, 1); },
  prototype: () => { Object.prototype.toJSON = () => ({ data: { score: 7 } }); Array.prototype.toJSON = undefined; return 1; },
  score: () => ({ score: { valueOf: () => 1 } }),
  promise: () => new Promise(() => {}),
};
`;

let built: Promise<Uint8Array> | undefined;

/** The hostile script as a module. */
async function module(): Promise<Uint8Array> {
  built ??= buildScript({
    path: import.meta.dirname,
    inline: `(() => { ${SCRIPT} return TRICKS[output]() })()`,
  }).then(({ bytes }) => bytes);
  return await built;
}

function trick(
  row: number,
  name: string,
  output: string,
  codes: string | readonly string[],
): Attack {
  const options: CallOptions = { data: { output } };
  return {
    row,
    name: `a script: ${name}`,
    modes: ISOLATED,
    run: async (arena) => await arena.fail(await module(), codes, options),
  };
}

/** By fuel, or by the clock where a machine is busy. */
const ENDLESS = ['CALL_FUEL_EXHAUSTED', 'CALL_DEADLINE_EXCEEDED'];
/** Code that is not yet optimized takes more of the engine's stack, which then ends before the interpreter's own. */
const LIMITS = [...ENDLESS, 'CALL_MEMORY_EXHAUSTED', 'CALL_STACK_EXHAUSTED', 'CALL_PLUGIN_FAILED'];

/** Rows 240 to 249: interpreters with an untrusted script inside. */
export const scripts: readonly Attack[] = [
  trick(240, 'an endless loop', 'loop', ENDLESS),
  trick(241, 'memory without end', 'memory', LIMITS),
  trick(242, 'recursion without end', 'recursion', LIMITS),
  trick(243, 'a regular expression that never ends', 'regex', ENDLESS),
  trick(244, 'a native loop over a forged length', 'sort', ENDLESS),
  trick(245, 'prototypes that write the output', 'prototype', [...LIMITS, 'CALL_INVALID_OUTPUT']),
  trick(246, 'a score that is none', 'score', ['CALL_INVALID_OUTPUT', 'CALL_PLUGIN_FAILED']),
  trick(247, 'a promise that never settles', 'promise', 'CALL_PLUGIN_FAILED'),
  {
    row: 248,
    name: 'a script: imports that reach beyond the contract, or exports of the build',
    modes: ['host'],
    async run() {
      const compiled = new WebAssembly.Module((await module()).slice());
      const imports = WebAssembly.Module.imports(compiled);
      const strange = imports.filter(
        ({ module: from, name }) => from !== 'env' || !name.startsWith('host_'),
      );
      insist(strange.length === 0, `it imports ${JSON.stringify(strange)}`);
      // Files of the record are read with a capability only, and cannot be written.
      const reaching = imports.filter(({ name }) => /http|file/.test(name));
      insist(reaching.length === 0, `it imports ${JSON.stringify(reaching)}`);
      const exported = WebAssembly.Module.exports(compiled).map(({ name }) => name);
      const odd = exported.filter((name) => name !== 'memory' && !name.startsWith('plugin_'));
      insist(odd.length === 0, `it exports ${odd.join()}`);
      return `${imports.length} functions of the contract, none of them with files or a network`;
    },
  },
  {
    row: 249,
    name: 'a script: what the machine of the build knew, in its snapshot',
    modes: ['host'],
    async run() {
      const text = Buffer.from(await module()).toString('latin1');
      const known = [import.meta.dirname, process.env['HOME'] ?? '/root/', process.execPath];
      const leaked = known.filter((path) => path.length > 3 && text.includes(path));
      insist(leaked.length === 0, `it holds ${leaked.join(', ')}`);
      return 'no path of that machine is in the module';
    },
  },
];
