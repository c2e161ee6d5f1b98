import type { PluginSystem } from '@testbench/core';
import { CallError } from '@testbench/types/errors';
import { encodeBytesCall } from '@testbench/types/protocols';
import { inspectModule } from '@testbench/wasm';

import type { Plugin } from './plugin.js';
import { PLUGIN_ID } from './plugin-id.js';
import { PluginOutput } from './plugin-output.js';

/** What a plugin is made of. */
export interface PluginParts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly system: PluginSystem;
  /** The running call, as host functions see it. */
  readonly call: { hostContext: unknown; thrown: { readonly error: unknown } | undefined };
  /** Wall time of one call. */
  readonly timeoutMs: number;
  /** Loads the module again. */
  load(): Promise<void>;
}

/** A plugin with a system of its own: it is alone there, and its calls take turns. */
export class ExtismPlugin implements Plugin {
  readonly #parts: PluginParts;
  #turn: Promise<unknown> = Promise.resolve();
  #active = 0;

  constructor(parts: PluginParts) {
    this.#parts = parts;
  }

  async functionExists(name: string): Promise<boolean> {
    const exports = await this.getExports();
    return exports.some((item) => item.name === name && item.kind === 'function');
  }

  async call(
    name: string,
    input?: string | number | Uint8Array,
    hostContext?: unknown,
  ): Promise<PluginOutput | null> {
    // A copy now: the caller may change the bytes before the call's turn.
    const data = encodeBytesCall({ function: name, input });
    return await this.#inTurn(() => this.#call(data, hostContext));
  }

  async getExports(): Promise<WebAssembly.ModuleExportDescriptor[]> {
    return inspectModule(this.#parts.bytes).exports.map(({ name, kind }) => ({
      name,
      kind,
    }));
  }

  async getImports(): Promise<WebAssembly.ModuleImportDescriptor[]> {
    return inspectModule(this.#parts.bytes).imports.map(({ module, name, kind }) => ({
      module,
      name,
      kind,
    }));
  }

  async getInstance(): Promise<WebAssembly.Instance> {
    throw new CallError(
      'CALL_UNSUPPORTED',
      'Cannot give instance: its functions would run without limits; use "call"',
    );
  }

  isActive(): boolean {
    return this.#active > 0;
  }

  async reset(): Promise<boolean> {
    if (this.isActive()) return false;
    return await this.#inTurn(async () => {
      await this.#parts.system.unloadPlugin(PLUGIN_ID);
      await this.#parts.load();
      return true;
    });
  }

  async close(): Promise<void> {
    await this.#parts.system.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    this.#active += 1;
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#active -= 1;
    }
  }

  async #call(input: Uint8Array, hostContext: unknown): Promise<PluginOutput | null> {
    const { system, call, timeoutMs } = this.#parts;
    call.hostContext = hostContext;
    call.thrown = undefined;
    try {
      const { data } = await system.executePlugin(PLUGIN_ID, { data: input }, { timeoutMs });
      return data === null ? null : new PluginOutput((data as Uint8Array<ArrayBuffer>).buffer);
    } catch (error) {
      // Assigned by a host function meanwhile.
      const { thrown } = call as { readonly thrown: { readonly error: unknown } | undefined };
      if (thrown !== undefined) throw thrown.error;
      throw inTheirWords(error);
    } finally {
      call.hostContext = undefined;
    }
  }
}

/** The plugin's own error under the message that Extism's SDK gives it; programs look for it. */
function inTheirWords(error: unknown): unknown {
  if (!(error instanceof CallError) || error.code !== 'CALL_PLUGIN_FAILED') return error;
  if (error.pluginMessage === undefined) return error;
  const { pluginCode, pluginMessage, pluginDetails, usage, retryable, guestStack } = error;
  return new CallError(error.code, `Plugin-originated error: ${pluginMessage}`, {
    cause: error,
    pluginCode,
    pluginMessage,
    pluginDetails,
    usage,
    retryable,
    guestStack,
  });
}
