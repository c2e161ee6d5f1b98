import type { PluginSystem } from '@testbench/core';
import { CallError } from '@testbench/types/errors';
import { encodeBytesCall } from '@testbench/types/protocols';
import { inspectModule } from '@testbench/wasm';

import { BlockTable } from './block-table.js';
import type { InputRoom } from './input-room.js';
import type { Plugin } from './plugin.js';
import { PLUGIN_ID } from './plugin-id.js';
import { PluginOutput } from './plugin-output.js';

/** What a plugin is made of. */
export interface PluginParts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly system: PluginSystem;
  /** The running call, as host functions see it. */
  readonly call: { hostContext: unknown; thrown: { readonly error: unknown } | undefined };
  /** Where inputs are written; undefined for a new array each. */
  readonly room: InputRoom | undefined;
  /** Options of each call; undefined if the limits of the plugin apply, which is cheaper. */
  readonly callOptions: { readonly timeoutMs: number } | undefined;
  /** Loads the module again. */
  load(): Promise<void>;
}

/** A plugin with a system of its own: it is alone there, and its calls take turns. */
export class ExtismPlugin implements Plugin {
  readonly #parts: PluginParts;
  readonly #blocks = new BlockTable();
  /** Calls that wait for their turn. */
  readonly #waiting: (() => void)[] = [];
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
    const data = encodeBytesCall({ function: name, input }, this.#parts.room?.take);
    this.#blocks.clear();
    try {
      const output = await this.#call(data, hostContext);
      return output === null ? null : new PluginOutput(output.buffer);
    } catch (error) {
      throw inTheirWords(error);
    }
  }

  async callBlock(
    name: string,
    input: number | null,
  ): Promise<[error: number | null, output: number | null]> {
    const block = input === null ? undefined : this.#blocks.get(input);
    const data = encodeBytesCall({ function: name, input: block }, this.#parts.room?.take);
    try {
      const output = await this.#call(data, undefined);
      return [null, output === null ? null : this.#blocks.add(output)];
    } catch (error) {
      const message = ownMessage(error);
      if (message === undefined) throw error;
      return [this.#blocks.add(new TextEncoder().encode(message)), null];
    }
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
    this.#blocks.clear();
    this.#active += 1;
    try {
      await this.#parts.system.unloadPlugin(PLUGIN_ID);
      await this.#parts.load();
      return true;
    } finally {
      this.#leave();
    }
  }

  async close(): Promise<void> {
    await this.#parts.system.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #call(input: Uint8Array, hostContext: unknown): Promise<Uint8Array<ArrayBuffer> | null> {
    const { system, call, callOptions, room } = this.#parts;
    this.#active += 1;
    if (this.#active > 1) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    call.hostContext = hostContext;
    call.thrown = undefined;
    try {
      const { data } = await system.executePlugin(PLUGIN_ID, { data: input }, callOptions);
      return data as Uint8Array<ArrayBuffer> | null;
    } catch (error) {
      // Assigned by a host function meanwhile.
      const { thrown } = call as { readonly thrown: { readonly error: unknown } | undefined };
      throw thrown === undefined ? error : thrown.error;
    } finally {
      call.hostContext = undefined;
      room?.free(input);
      this.#leave();
    }
  }

  /** Ends a turn: the call that has waited longest is next. */
  #leave(): void {
    this.#active -= 1;
    this.#waiting.shift()?.();
  }
}

/** The error that the plugin set; undefined for any other failure. */
function ownMessage(error: unknown): string | undefined {
  return error instanceof CallError && error.code === 'CALL_PLUGIN_FAILED'
    ? error.pluginMessage
    : undefined;
}

/** The plugin's own error under the message that Extism's SDK gives it; programs look for it. */
function inTheirWords(error: unknown): unknown {
  if (ownMessage(error) === undefined) return error;
  const { code, pluginCode, pluginMessage, pluginDetails, usage, retryable, guestStack } =
    error as CallError;
  return new CallError(code, `Plugin-originated error: ${pluginMessage}`, {
    cause: error,
    pluginCode,
    pluginMessage,
    pluginDetails,
    usage,
    retryable,
    guestStack,
  });
}
