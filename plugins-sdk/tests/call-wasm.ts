/* oxlint-disable no-underscore-dangle -- the names that the compiler gives its runtime */
import { instantiate } from '@assemblyscript/loader';

import { compile } from './compile.js';

/** What the compiler's `--exportRuntime` adds. */
interface Runtime {
  __newString(text: string): number;
  __getString(pointer: number): string;
  __pin(pointer: number): number;
  __unpin(pointer: number): void;
  __collect(): void;
}

/** Calls exported functions that take strings and numbers, and returns a number or, with `text`, a string. */
export interface WasmCaller {
  readonly number: (name: string, ...args: readonly (string | number)[]) => number;
  readonly text: (name: string, ...args: readonly (string | number)[]) => string;
  /** The last message that the library reported as a failure. */
  readonly failure: () => string;
}

/** Compiles source that imports this library, for calling its functions one by one. */
export async function compileToCaller(source: string): Promise<WasmCaller> {
  const bytes = await compile(source, { flags: ['--exportRuntime'] });
  let failure = '';
  const env = {
    host_error: (ptr: number, len: number) => {
      failure = new TextDecoder().decode(new Uint8Array(memory().buffer, ptr, len));
      return 0;
    },
  };
  const instance = await instantiate(bytes, { env } as never);
  const wasm = instance.exports as never as Runtime;
  const functions = instance.exports as never as Record<string, (...args: number[]) => number>;
  const memory = (): WebAssembly.Memory => instance.exports['memory'] as WebAssembly.Memory;
  const invoke = <Result>(
    name: string,
    args: readonly (string | number)[],
    read: (result: number) => Result,
  ): Result => {
    // A string is pinned until the call is over: the collector does not see our references.
    const pinned = args.map((arg) =>
      typeof arg === 'string' ? wasm.__pin(wasm.__newString(arg)) : undefined,
    );
    const run = functions[name];
    if (run === undefined) throw new Error(`no function ${name}`);
    const result = read(
      run(...args.map((arg, index) => (typeof arg === 'string' ? pinned[index]! : arg))),
    );
    for (const pointer of pinned) if (pointer !== undefined) wasm.__unpin(pointer);
    wasm.__collect();
    return result;
  };
  return {
    number: (name, ...args) => invoke(name, args, (result) => result),
    text: (name, ...args) => invoke(name, args, (pointer) => wasm.__getString(pointer)),
    failure: () => failure,
  };
}
