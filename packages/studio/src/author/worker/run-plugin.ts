import { type Plugin, PluginSystem } from '@testbench/core/browser';
import { PluginError } from '@testbench/types/errors';

import type { LogLine, RunRequest, RunRow } from './messages.js';

/** Lines of a call's log that go to the page: more are for a debugger. */
const MAX_LOG_LINES = 100;
/** The page shows rows as they come; each message costs it a drawing. */
const ROWS_PER_MESSAGE = 50;
/** A slow plugin shows its rows one by one. */
const MESSAGE_EVERY_MS = 250;

/** A plugin in the worker, metered, with limits and without any permission. */
export class LoadedPlugin {
  readonly #system: PluginSystem;
  readonly #plugin: Plugin;
  #log: LogLine[];

  private constructor(system: PluginSystem, plugin: Plugin, log: LogLine[]) {
    this.#system = system;
    this.#plugin = plugin;
    this.#log = log;
  }

  /** @throws {LoadError} The module is not one that a host would load. */
  static async load(
    bytes: Uint8Array,
    { limits, config }: Pick<RunRequest, 'limits' | 'config'>,
  ): Promise<LoadedPlugin> {
    const log: LogLine[] = [];
    const system = new PluginSystem({
      limits,
      onLog: ({ level, message }) => {
        if (log.length < MAX_LOG_LINES) log.push({ level, message });
      },
    });
    try {
      const plugin = await system.loadPluginFromBytes('draft', bytes, { config });
      return new LoadedPlugin(system, plugin, log);
    } catch (error) {
      await system.close();
      throw error;
    }
  }

  get metadata(): { readonly name: string; readonly version: string; readonly pluginType: string } {
    return this.#plugin.info.metadata;
  }

  /** Calls it once for each item of `data`, and hands over the rows as they come. */
  async run(data: readonly unknown[], onRows: (rows: readonly RunRow[]) => void): Promise<void> {
    let rows: RunRow[] = [];
    let sentMs = performance.now();
    for (const [index, item] of data.entries()) {
      rows.push(await this.#call(index, item));
      const nowMs = performance.now();
      if (rows.length < ROWS_PER_MESSAGE && nowMs - sentMs < MESSAGE_EVERY_MS) continue;
      onRows(rows);
      [rows, sentMs] = [[], nowMs];
    }
    if (rows.length > 0) onRows(rows);
  }

  async close(): Promise<void> {
    await this.#system.close();
  }

  async #call(index: number, data: unknown): Promise<RunRow> {
    this.#log.length = 0;
    try {
      const { data: result, metadata } = await this.#plugin.execute(data);
      return {
        index,
        result,
        fuel: metadata.fuelUsed,
        memoryBytes: metadata.memoryUsedBytes,
        timeMs: metadata.executionTimeMs,
        log: [...this.#log],
      };
    } catch (error) {
      return { index, error: describeFailure(error), log: [...this.#log] };
    }
  }
}

/** Code and message of an error, for the page. */
export function describeFailure(error: unknown): {
  readonly code: string;
  readonly message: string;
} {
  if (PluginError.is(error)) return { code: error.code, message: error.message };
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}
