import { ConfigNode } from '@testbench/types/config';

import {
  PluginSystem as CompleteSystem,
  type PluginSystemOptions as CompleteOptions,
} from '../plugin-system.js';

/** Options for what browsers lack, and why they are refused. */
const ABSENT = {
  cacheDir: 'nothing: a browser has no directories',
  certificateAuthorities: 'nothing: a page cannot say whom its browser trusts',
  maxProcessesPerPlugin: 'nothing: a browser starts no processes',
  maxThreads: 'nothing: in a browser plugins run inline',
  onProblem: 'nothing: a browser has no folders to search',
  searchPaths: 'nothing: a browser has no folders to search',
} satisfies Partial<Record<keyof CompleteOptions, string>>;

/** How a {@link PluginSystem} works; every field has a default. */
export interface PluginSystemOptions extends Omit<
  CompleteOptions,
  keyof typeof ABSENT | 'isolation'
> {
  /** The only mode: on the thread that loads the plugins, either the page's or a worker's. @default 'inline' */
  readonly isolation?: 'inline';
}

/**
 * Loads WebAssembly plugins and runs them safely, in a browser.
 *
 * Like the `PluginSystem` for Node, except that `loadPlugin` fetches a URL, which may be relative to the page, and that plugins run
 * inline. A plugin that computes keeps its thread busy until its limits stop it: use a worker for plugins that may take long.
 *
 * @example
 * ```ts no-run
 * import { PluginSystem } from '@testbench/core/browser';
 *
 * const system = new PluginSystem({ limits: { timeoutMs: 200 } });
 * const exactMatch = await system.loadPlugin('/plugins/exact-match.wasm', { pluginType: 'evaluator' });
 * const { data } = await exactMatch.execute({ output: 'Paris', expected: 'paris' });
 * data.score;
 * ```
 */
export class PluginSystem extends CompleteSystem {
  /** @throws {ConfigError} For an unknown key, a wrong value, or an option for something that browsers lack. */
  constructor(options: PluginSystemOptions = {}) {
    const given = new ConfigNode(options).object();
    for (const [name, expected] of Object.entries(ABSENT)) {
      if (given[name] !== undefined) new ConfigNode(given[name], name).reject(expected);
    }
    const isolation = new ConfigNode(given['isolation'] ?? 'inline', 'isolation').oneOf(['inline']);
    super({ ...options, isolation });
  }
}
