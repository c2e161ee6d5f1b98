import { type Plugin, PluginSystem } from '@testbench/core/browser';
import { PluginError } from '@testbench/types/errors';

import type { LogLine, RunRequest, RunRow } from './messages.js';

/** Maximum lines of a call's log sent to the page: more need a debugger. */
const MAX_LOG_LINES = 100;
/** The page shows rows as they arrive; each message causes a rendering. */
const ROWS_PER_MESSAGE = 50;
/** Interval at which rows are sent, so that rows of a slow plugin appear one by one. */
const MESSAGE_EVERY_MS = 250;

/** A plugin in the worker, metered, with limits and without permissions. */
export class LoadedPlugin {
  readonly #system: PluginSystem;
  readonly #plugin: Plugin;
  #log: LogLine[];

  private constructor(system: PluginSystem, plugin: Plugin, log: LogLine[]) {
    this.#system = system;
    this.#plugin = plugin;
    this.#log = log;
  }

  /** @throws {LoadError} A host would not load the module. */
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

  /** Calls the plugin once for each item of `data`, and passes on the rows as they arrive. */
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
